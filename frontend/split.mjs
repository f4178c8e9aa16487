/**
 * Makes two modules of the two files that come of a dynamic import, so that the second needs no
 * address of the first: its default export is a function of what it uses of the first, and in the
 * first an object with just that stands in the place of the import.
 */

const NAMES = /^\{([^{}]*)\}$/;
const IMPORTS = /^import(\{[^{}]*\})from[`"']\.\/widget\.js[`"'];/;
const EXPORTS = /export(\{[^{}]*\});?\s*$/;
const IMPORT = /\bimport\([`"']\.\/more\.js[`"']\)/g;

/** Names as `{a as b,c}` has them, as pairs: `[["a", "b"], ["c", "c"]]`. */
function pairs(clause) {
  return NAMES.exec(clause)[1]
    .split(",")
    .filter((each) => each.trim() !== "")
    .map((each) => each.trim().split(/\s+as\s+/))
    .map(([name, alias = name]) => [name, alias]);
}

function found(pattern, code, what) {
  const match = pattern.exec(code);
  if (match === null) throw new Error(`The bundler wrote ${what} in a way that is not known here.`);
  return match;
}

export function inTwoParts([first, second, ...others]) {
  if (second === undefined || others.length > 0)
    throw new Error("The page code is to come in two files: one dynamic import, and no more.");
  const given = found(EXPORTS, first, "the exports of the first file");
  const taken = found(IMPORTS, second, "the imports of the second file");
  const made = found(EXPORTS, second, "the exports of the second file");
  if (first.match(IMPORT)?.length !== 1) found(/$^/, first, "the import of the second file");

  const own = pairs(given[1]).find(([, alias]) => alias === "default")[0];
  const names = new Map(pairs(given[1]).map(([name, alias]) => [alias, name]));
  const shared = pairs(taken[1]).map(([alias, name]) => [names.get(alias), name]);
  const object = shared.map(([name]) => name).join(",");
  const parameter = shared.map(([name, local]) => `${name}:${local}`).join(",");
  const result = pairs(made[1])
    .map(([name, alias]) => `${alias}:${name}`)
    .join(",");
  return [
    `${first.slice(0, given.index).replace(IMPORT, `({${object}})`)}export{${own} as default};`,
    `export default({${parameter}})=>{${second.slice(taken[0].length, made.index)}return{${result}}};`,
  ];
}
