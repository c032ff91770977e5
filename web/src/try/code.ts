// Programs that send a text to this server, ready to paste. The API key comes from the environment, never from the page.

const maxCharacters = 400;

const shortened = (text: string): string => {
  const characters = Array.from(text);
  return characters.length <= maxCharacters ? text : `${characters.slice(0, maxCharacters).join("")}...`;
};

const shellQuoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** `address`: the server's, with a slash at its end. */
export function curlCode(address: string, text: string, needsKey: boolean): string {
  const body = JSON.stringify({ inputs: shortened(text) });
  const key = needsKey ? ' \\\n  -H "Authorization: Bearer $HONE_API_KEY"' : "";
  return `curl ${shellQuoted(`${address}predict`)} -H 'Content-Type: application/json'${key} \\\n  -d ${shellQuoted(body)}`;
}

/** A text in JSON is the same text in Python. `method`: of InferenceClient; null if it has none for the task. */
export function pythonCode(address: string, text: string, needsKey: boolean, method: string | null): string {
  if (method === null) return plainPythonCode(address, text, needsKey);
  const key = needsKey ? ', token=os.environ["HONE_API_KEY"]' : "";
  return [
    ...(needsKey ? ["import os", ""] : []),
    "from huggingface_hub import InferenceClient  # pip install huggingface_hub",
    "",
    `client = InferenceClient(base_url=${JSON.stringify(address.replace(/\/$/, ""))}${key})`,
    `print(client.${method}(${JSON.stringify(shortened(text))}))`,
  ].join("\n");
}

function plainPythonCode(address: string, text: string, needsKey: boolean): string {
  const key = needsKey ? ', "Authorization": f"Bearer {os.environ[\'HONE_API_KEY\']}"' : "";
  return [
    needsKey ? "import json, os, urllib.request" : "import json, urllib.request",
    "",
    `body = json.dumps({"inputs": ${JSON.stringify(shortened(text))}}).encode()`,
    `request = urllib.request.Request(${JSON.stringify(`${address}predict`)}, body, {"Content-Type": "application/json"${key}})`,
    "print(json.load(urllib.request.urlopen(request)))",
  ].join("\n");
}
