// Checks each document of the given files against the published schema of its kind; names what is wrong and ends with 1.
//   npm ci && node check.mjs ../*.yaml
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { parseAllDocuments } from "yaml";

const modules = new Map([
  ...["apps/v1", "policy/v1", "v1"].map((version) => [version, `kubernetes-models/${version}`]),
  ["keda.sh/v1alpha1", "@kubernetes-models/keda/keda.sh/v1alpha1"],
]);

let wrong = 0;
const complain = (file, text) => {
  wrong++;
  console.error(`${basename(file)}: ${text}`);
};

for (const file of process.argv.slice(2)) {
  if (basename(file) === "kustomization.yaml") continue;
  for (const document of parseAllDocuments(readFileSync(file, "utf8"), { uniqueKeys: true })) {
    for (const error of document.errors) complain(file, error.message);
    const object = document.toJS();
    const name = `${object?.kind} ${object?.metadata?.name}`;
    const path = modules.get(object?.apiVersion);
    const Kind = path && (await import(path))[object.kind];
    if (!Kind) {
      complain(file, `${name}: no schema for ${object?.apiVersion}`);
      continue;
    }
    try {
      new Kind(object).validate();
      console.log(`${basename(file)}: ${name}`);
    } catch (error) {
      complain(file, `${name}: ${error.message}`);
    }
  }
}
process.exit(wrong ? 1 : 0);
