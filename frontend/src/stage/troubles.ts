/** What is wrong with agents, as their corners say it. */
export interface Troubles {
  /** Another one whenever the words may be others. */
  version: number;
  words: ReadonlyMap<string, string>;
}

export const NO_TROUBLES: Troubles = { version: 0, words: new Map() };
