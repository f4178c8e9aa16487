/**
 * Makes two modules of the two files that come of a dynamic import, so that the second needs no
 * address of the first: its default export is a function of what it uses of the first, and in the
 * first an object with just that stands in the place of the import.
 */

const IMPORTS = /^import\{([^{}]*)\}from[`"']\.\/widget\.js[`"'];/;
const EXPORTS = /export\{([^{}]*)\};?\s*$/;
/** A function of its own, in which no name means anything else than in the file around it. */
const IMPORT = /\(\)=>import\([`"']\.\/more\.js[`"']\)/;

export function inTwoParts([first, second, ...others]) {
  if (second === undefined || others.length > 0)
    throw new Error("The page code is to come in two files: one dynamic import, and no more.");
  const given = found(EXPORTS, first, "the exports of the first file");
  const taken = found(IMPORTS, second, "the imports of the second file");
  const made = found(EXPORTS, second, "the exports of the second file");
  found(IMPORT, first, "the import of the second file");

  const names = new Map(pairs(given[1]).map(([name, alias]) => [alias, name]));
  const shared = pairs(taken[1]).map(([alias, local]) => [names.get(alias), local]);
  const object = `{${shared.map(([name]) => name)}}`;
  const parameter = `{${shared.map((pair) => pair.join(":"))}}`;
  const result = `{${pairs(made[1]).map(([name, alias]) => `${alias}:${name}`)}}`;
  const body = second.slice(taken[0].length, made.index);
  return [
    `${first.slice(0, given.index).replace(IMPORT, () => `()=>(${object})`)}export{${names.get("default")} as default};`,
    `export default(${parameter})=>{${body}return${result}};`,
  ];
}

function found(pattern, code, what) {
  const match = pattern.exec(code);
  if (match === null) throw new Error(`The bundler wrote ${what} in a way that is not known here.`);
  return match;
}

/** Names as in `a as b,c`, as pairs: `[["a", "b"], ["c", "c"]]`. */
function pairs(clause) {
  return clause.split(",").map((each) => {
    const [name, alias = name] = each.trim().split(/\s+as\s+/);
    return [name, alias];
  });
}
