/** The tour from end to end, in the order a bank would live it. */
import { absenceStep, erasureStep, redactedExportStep } from './erasure.steps';
import type { LocalWork } from './local-work';
import { afterRecallStep, gateStep, otherAgencyStep, paymentStep, phoneStep, placementStep, purposeStep, recallStep } from './placement.steps';
import { agencyStep, agreementStep, engagementStep, importStep } from './portfolio.steps';
import { exportStep, tamperingStep, verificationStep } from './proof.steps';
import type { Step } from './step';
import { witnessStep } from './witness.steps';

export function tourSteps(local: LocalWork): readonly Step[] {
  return [
    importStep(local),
    agencyStep,
    agreementStep,
    engagementStep,
    gateStep,
    placementStep,
    phoneStep,
    paymentStep,
    purposeStep,
    otherAgencyStep,
    recallStep,
    afterRecallStep,
    exportStep(local),
    verificationStep(local),
    tamperingStep(local),
    erasureStep,
    redactedExportStep(local),
    absenceStep(local),
    witnessStep(local),
  ];
}
