// Builds everything a browser or a PDF needs into static/built (the folder Django serves as /static/).
// Run by `npm run build`. Needs node_modules; writes nothing else. Fails when a colour pair of the
// tokens cannot be read (contrast below 4.5) or when a brand mark of the base framework is left over.
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { checkContrast } from "./contrast.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "src");
const built = join(here, "built");
const modules = join(here, "..", "node_modules");

// sass is loaded from node_modules by path, so that the build may be called from any folder.
const sass = await import(pathToFileURL(join(modules, "sass", "sass.node.mjs")).href);

/** The whole style sheet, with the pieces of the framework's own brand taken out. */
function styles() {
  const { css } = sass.compile(join(source, "portal.scss"), {
    style: "compressed",
    loadPaths: [source, modules],
    quietDeps: true,
    alertColor: false,
  });
  // Hashed static names fail on a url() whose file is missing, and the crest is not ours to show.
  const clean = css.replace(/url\([^)]*(?:crest|crown)[^)]*\)/gi, "none");
  if (/GDS Transport|govuk-crest|GOV\.UK/i.test(clean)) {
    throw new Error("The style sheet still carries a mark of the base framework.");
  }
  return clean;
}

/** One module script: the framework's components, then each of our own files in a scope of its own. */
function script() {
  const framework = readFileSync(join(modules, "govuk-frontend/dist/govuk/govuk-frontend.min.js"), "utf8");
  const [, names] = framework.match(/export\{([^}]*)\};/) ?? [];
  if (!names) throw new Error("The framework's script no longer ends with one export list.");
  const components = framework.replace(/export\{[^}]*\};/, "").replace(/\/\/# sourceMappingURL.*$/m, "");
  const own = readdirSync(source)
    .filter((name) => name.endsWith(".js"))
    .sort()
    .map((name) => `{\n${readFileSync(join(source, name), "utf8")}}\n`);
  return `const framework = (() => {${components}\nreturn {${names}};})();\n${own.join("")}`;
}

/** The verify page's module: a decoder of QR codes, then our own; its worker apart. */
function verifyScript() {
  const exported = (source) =>
    source.replace(/^export default .*$/gm, "").replace(/^export (?=(?:const|function|class) )/gm, "");
  const encoder = readFileSync(join(modules, "qr/index.js"), "utf8");
  const decoder = readFileSync(join(modules, "qr/decode.js"), "utf8");
  const [, shared] = encoder.match(/^export \{([^}]*)\};/m) ?? [];
  if (!shared) throw new Error("The QR library no longer ends with one export list.");
  const inner = exported(encoder).replace(/^export \{[^}]*\};/m, "");
  const imports = /^import \{([^}]*)\} from '\.\/index\.js';/m;
  const outer = exported(decoder).replace(
    imports,
    (_all, names) => `const {${names.replaceAll(" as ", ": ")}} = encoder;`,
  );
  const library = `const decodeQR = (() => {
const encoder = (() => {${inner}
return {${shared.replace(/(\w+) as (\w+)/g, "$2: $1")}};})();
${outer}
return decodeQR;})();
`;
  if (/^(?:import|export) /m.test(library)) throw new Error("The QR library imports or exports something new.");
  const own = ["token.js", "page.js"].map((name) => readFileSync(join(source, "verify", name), "utf8"));
  return `${library}${own.join("\n")}\nexport { decodeQR, judge, verifySnapshot, verifyToken };\n`;
}

// The browser loads the Latin ones of the first two; licence documents print names in the other scripts too.
const fonts = {
  "source-sans-3": ["latin", "latin-ext", "cyrillic", "cyrillic-ext", "greek", "greek-ext", "vietnamese"],
  "source-code-pro": ["latin", "latin-ext"],
  "noto-sans-arabic": ["arabic"],
};

function copyFonts() {
  for (const [family, subsets] of Object.entries(fonts)) {
    for (const subset of subsets) {
      for (const weight of [400, 700]) {
        const name = `${family}-${subset}-${weight}-normal.woff2`;
        cpSync(join(modules, "@fontsource", family, "files", name), join(built, "fonts", name));
      }
    }
  }
}

const css = styles();
checkContrast(css);
const js = script();
const verify = verifyScript();

rmSync(built, { recursive: true, force: true });
mkdirSync(join(built, "fonts"), { recursive: true });
writeFileSync(join(built, "portal.css"), css);
writeFileSync(join(built, "portal.js"), js);
writeFileSync(join(built, "verify.js"), verify);
cpSync(join(source, "verify", "worker.js"), join(built, "verify-worker.js"));
cpSync(join(modules, "htmx.org/dist/htmx.min.js"), join(built, "htmx.min.js"));
cpSync(join(source, "img"), join(built, "img"), { recursive: true });
copyFonts();
console.log(`static/built: portal.css ${Math.round(css.length / 1024)} KB, portal.js ${Math.round(js.length / 1024)} KB`);
