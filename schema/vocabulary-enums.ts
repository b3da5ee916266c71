/** The shared word lists as GraphQL enums. Adds descriptions only; the words themselves are in the vocabulary. */
import { EVERY_AUDIENCE } from './audience';
import { declareEnum } from './enum-type';
import type { Audience, DataCategory, Purpose } from './vocabulary';

type Words<W extends string> = { readonly [K in W]: K };

export const PurposeWord: Words<Purpose> = declareEnum(
  {
    COLLECTION: 'COLLECTION',
    SERVICING: 'SERVICING',
    PLACEMENT_ASSESSMENT: 'PLACEMENT_ASSESSMENT',
    DISPUTE_HANDLING: 'DISPUTE_HANDLING',
    SUPERVISION: 'SUPERVISION',
    OWN_RIGHTS: 'OWN_RIGHTS',
  },
  {
    name: 'Purpose',
    description: 'Why personal data is asked for.',
    audiences: EVERY_AUDIENCE,
    values: {
      COLLECTION: 'Collecting an overdue debt.',
      SERVICING: 'Administering the debt for the creditor.',
      PLACEMENT_ASSESSMENT: 'Deciding whether to place a debt with an agency.',
      DISPUTE_HANDLING: 'Answering a dispute or a complaint.',
      SUPERVISION: 'Supervision by a regulator under a mandate.',
      OWN_RIGHTS: "The borrower's own rights.",
    },
  },
);

export const DataCategoryWord: Words<DataCategory> = declareEnum(
  {
    IDENTITY: 'IDENTITY',
    CONTACT: 'CONTACT',
    ADDRESS: 'ADDRESS',
    EMPLOYMENT: 'EMPLOYMENT',
    BALANCE: 'BALANCE',
    DELINQUENCY: 'DELINQUENCY',
    PAYMENT_HISTORY: 'PAYMENT_HISTORY',
  },
  {
    name: 'DataCategory',
    description: 'A kind of personal data; grants and agreements name these, never fields.',
    audiences: EVERY_AUDIENCE,
    values: {
      IDENTITY: 'Name and identity numbers.',
      CONTACT: 'Phone numbers and e-mail addresses.',
      ADDRESS: 'Postal and residential addresses.',
      EMPLOYMENT: 'Employer and occupation.',
      BALANCE: 'Amounts owed and their components.',
      DELINQUENCY: 'Days past due and arrears history.',
      PAYMENT_HISTORY: 'Payments and their allocation.',
    },
  },
);

export const AudienceWord: Words<Audience> = declareEnum(
  { INTERNAL: 'INTERNAL', PARTNER: 'PARTNER', REGULATOR: 'REGULATOR', BORROWER: 'BORROWER' },
  {
    name: 'Audience',
    description: 'Which contract a caller sees.',
    audiences: EVERY_AUDIENCE,
    values: {
      INTERNAL: "A creditor's own staff.",
      PARTNER: 'A collection agency.',
      REGULATOR: 'A supervisor under a mandate.',
      BORROWER: 'The borrower.',
    },
  },
);
