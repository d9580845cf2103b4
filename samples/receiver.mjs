// A webhook receiver in one file and no dependencies: subscribes, verifies every signature by Standard Webhooks 1.0, prints what came.
// KEY=<key with subscriptions:manage> [API=http://localhost:8080] [PORT=9090] node samples/receiver.mjs
import { createServer } from "node:http";
import { createHmac, timingSafeEqual } from "node:crypto";

const api = process.env.API ?? "http://localhost:8080";
const port = Number(process.env.PORT ?? 9090);
const authorization = `Bearer ${process.env.KEY ?? ""}`;

function verify(secret, headers, body) {
  const id = headers["webhook-id"], timestamp = headers["webhook-timestamp"];
  if (!id || Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest();
  return (headers["webhook-signature"] ?? "").split(" ").some(entry => {
    const [version, signature] = entry.split(",");
    const given = Buffer.from(signature ?? "", "base64");
    return version === "v1" && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

function describe({ type, subject, data }) {
  if (type === "chokepoint.control.boundary-approaching.v1") return `${type} ${subject}: ${data.status} → ${data.nextStatus} on ${data.on}, in ${data.daysLeft} days`;
  if (type !== "chokepoint.risk.score-changed.v1") return `${type} ${subject}: ${data.previousStatus ?? "new"} → ${data.status ?? ""}`;
  const reasons = data.deltas.filter(d => d.points !== 0).map(d => `${d.points > 0 ? "+" : ""}${d.points} ${d.factor} (${d.reason})`);
  return `${type} ${data.economy}/${data.mineral}: ${data.previous?.score ?? "–"} → ${data.current.score} ${data.current.level}; ${reasons.join(", ")}`;
}

let secret;
const server = createServer((request, response) => {
  const chunks = [];
  request.on("data", chunk => chunks.push(chunk));
  request.on("end", () => {
    const body = Buffer.concat(chunks).toString("utf8");
    const verified = secret !== undefined && verify(secret, request.headers, body);
    response.writeHead(verified ? 204 : 401).end();
    console.log(verified ? "verified" : "NOT VERIFIED", request.headers["webhook-id"], verified ? describe(JSON.parse(body)) : "");
  });
});

const description = "samples/receiver.mjs";
const url = `http://127.0.0.1:${port}/`;

async function ask(method, path, body) {
  const answer = await fetch(`${api}/api/notifications${path}`, {
    method, headers: { authorization, "content-type": "application/json" }, body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) {
    console.error(`The platform refused ${method} ${path} (${answer.status}): ${text}`);
    process.exit(1);
  }
  return text && JSON.parse(text);
}

server.listen(port, "127.0.0.1", async () => {
  // An earlier run's subscription has a secret that is gone: what it still sends could not be verified.
  const earlier = await ask("GET", "/subscriptions?limit=500");
  for (const { id } of earlier.items.filter(known => known.url === url && known.description === description)) await ask("DELETE", `/subscriptions/${id}`);
  const subscription = await ask("POST", "/subscriptions", {
    url, description, eventTypes: [], filter: { economies: ["USA"], minimumChange: 0 },
  });
  secret = subscription.secret;
  console.log(`subscription ${subscription.id} delivers to ${url}`);
});
