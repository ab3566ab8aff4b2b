/** What a view gets: what follows its name in the address, such as a candidate's number. */
export interface ViewProps {
  readonly argument: string | null;
}
