/**
 * Runs class-validator over an input object and names the first wrong field. Repeats no value: it may be personal data.
 */
import { getMetadataStorage, validate, type ValidationError } from 'class-validator';
import { InputError } from './input-error';

/** For TypeGraphQL's `validateFn`, where commands have one `input` argument. Inputs without validation decorators pass: their scalars have checked them. */
export async function validateInput(value: unknown, _type: unknown, call: { readonly args: object }): Promise<void> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  if (getMetadataStorage().getTargetValidationMetadatas(value.constructor, '', true, false).length === 0) return;
  const [first] = await validate(value, { forbidUnknownValues: false, stopAtFirstError: true, validationError: { target: false, value: false } });
  if (first !== undefined) throw inputError(first, 'input' in call.args ? ['input'] : []);
}

function inputError(error: ValidationError, path: readonly string[]): InputError {
  const here = [...path, error.property];
  const [child] = error.children ?? [];
  if (child !== undefined) return inputError(child, here);
  const [message] = Object.values(error.constraints ?? {});
  return new InputError(here.join('.'), message ?? 'This value is not accepted.');
}
