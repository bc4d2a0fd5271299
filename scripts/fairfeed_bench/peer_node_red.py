"""The Node-RED flow that a lab would draw: MQTT in -> verify in a function -> SQLite."""

import json
import os
import shutil

from fairfeed_demo import build
from fairfeed_demo import network as networks

PLACE = build.SOURCE / "build" / "peers"
REMEDY = (f"npm install --prefix {PLACE.relative_to(build.SOURCE)} node-red@4 "
          "node-red-node-sqlite@1 (npm compiles SQLite; Debian: apt install nodejs npm)")  # fmt: skip

# docs/protocol.md, "Signed envelope". `crypto` is Node's own.
_VERIFY = r"""
function string_at(data, at) {
    const kind = data[at++];
    if (kind >> 5 !== 2 || (kind & 31) > 25) throw new Error("no short byte string");
    const width = Math.max(0, (kind & 31) - 23);
    const size = width ? data.readUIntBE(at, width) : kind & 31;
    at += width;
    return [data.subarray(at, at + size), at + size];
}
function head(major, size) {
    if (size < 24) return Buffer.from([major << 5 | size]);
    if (size < 256) return Buffer.from([major << 5 | 24, size]);
    return Buffer.from([major << 5 | 25, size >> 8, size & 255]);
}
const envelope = msg.payload;
const meter = msg.topic.split("/")[2];
let [protected_part, at] = string_at(envelope, 1);
let payload, signature;
[payload, at] = string_at(envelope, at + 1);
[signature, at] = string_at(envelope, at);
const external = context.get("external");
const told = [Buffer.from([0x84]), head(3, 10), Buffer.from("Signature1")];
for (const part of [protected_part, external, payload]) told.push(head(2, part.length), part);
const key = {key: context.get("keys")[meter], dsaEncoding: "ieee-p1363"};
if (!crypto.verify("sha256", Buffer.concat(told), key, signature)) return null;
msg.params = {$meter: meter, $envelope: envelope};
return msg;
"""
_BEGIN = """
const keys = {};
for (const [meter, text] of Object.entries(global.get("keys")))
    keys[meter] = crypto.createPublicKey(text);
context.set("keys", keys);
context.set("external", Buffer.concat([Buffer.from("ff1/reading\\0"),
                                       Buffer.from(global.get("network"), "hex")]));
"""


def is_installed():
    modules = PLACE / "node_modules"
    return (shutil.which("node") is not None and (modules / "node-red" / "red.js").is_file()
            and (modules / "node-red-node-sqlite" / "package.json").is_file())  # fmt: skip


def _flow(stage):
    ca, certificate, key = stage.files
    return [
        {"id": "tab", "type": "tab", "label": "readings"},
        {"id": "tls", "type": "tls-config", "cert": certificate, "key": key, "ca": ca,
         "verifyservercert": True, "servername": ""},
        {"id": "broker", "type": "mqtt-broker", "broker": networks.HOST, "port": str(stage.port),
         "tls": "tls", "usetls": True, "clientid": "peer", "protocolVersion": "4",
         "keepalive": "60", "cleansession": True, "autoConnect": True},
        {"id": "database", "type": "sqlitedb", "db": str(stage.database), "mode": "RWC"},
        {"id": "in", "type": "mqtt in", "z": "tab", "topic": "ff1/+/+/reading/-", "qos": "1",
         "datatype": "buffer", "broker": "broker", "inputs": 0, "wires": [["verify"]]},
        {"id": "verify", "type": "function", "z": "tab", "func": _VERIFY, "initialize": _BEGIN,
         "outputs": 1, "libs": [{"var": "crypto", "module": "crypto"}], "wires": [["store"]]},
        {"id": "store", "type": "sqlite", "z": "tab", "mydb": "database", "sqlquery": "prepared",
         "sql": "INSERT INTO reading (meter, envelope) VALUES ($meter, $envelope)",
         "wires": [[]]},
    ]  # fmt: skip


def start(stage):
    """Returns the id of the process."""
    home = stage.place / "node-red"
    home.mkdir()
    os.symlink(PLACE / "node_modules", home / "node_modules")
    (home / "package.json").write_text(json.dumps({"name": "peer", "dependencies": {
        "node-red-node-sqlite": "1"}}))  # fmt: skip
    (home / "flows.json").write_text(json.dumps(_flow(stage)))
    port = networks.free_ports(1)[0]
    (home / "settings.js").write_text(
        f"module.exports = {{flowFile: 'flows.json', uiHost: '{networks.HOST}', uiPort: {port}, "
        "httpAdminRoot: false, httpNodeRoot: false, functionExternalModules: true, "
        "contextStorage: {default: {module: 'memory'}}, "
        f"functionGlobalContext: {{keys: require({json.dumps(str(stage.keys))}), "
        f"network: '{stage.network_id}'}}, logging: {{console: {{level: 'warn'}}}}}};\n"
    )
    return stage.crew.start("node-red", [
        shutil.which("node"), PLACE / "node_modules" / "node-red" / "red.js", "--userDir", home,
        "--settings", home / "settings.js"])  # fmt: skip
