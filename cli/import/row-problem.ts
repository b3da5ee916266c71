/**
 * Why one row cannot be imported. Carries a reason and a place in the mapping, never a value of the row: reasons are written
 * to a file and to the screen.
 */

export class RowProblem extends Error {
  constructor(
    /** Stable code, e.g. `NOT_A_NUMBER`. */
    readonly reason: string,
    /** Where in the mapping, or which part of the model: `debt.components.principal`. */
    readonly place: string,
  ) {
    super(`${reason} at ${place}`);
    this.name = 'RowProblem';
  }
}
