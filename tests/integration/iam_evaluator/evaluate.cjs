// Copyright: (c) 2026, cloudwatch.agent contributors
// SPDX-License-Identifier: GPL-3.0-or-later
// Reads principals with their policies and requests (JSON) from standard input, writes what iam-simulate decides of each request.
//   [{principal, policies: [document], boundary: [document], requests: [{action, resource, context}]}]
//   -> [[allowed | explicitDeny | implicitDeny | boundary | "error: ..."]]
//   boundary: the policies allow it, the permissions boundary does not.
"use strict";
const { runSimulation } = require("@cloud-copilot/iam-simulate");

const DECISIONS = { Allowed: "allowed", ExplicitlyDenied: "explicitDeny", ImplicitlyDenied: "implicitDeny" };
const ACCOUNT = 4; // the field of an ARN

function named(documents) {
  return documents.map((policy, number) => ({ name: `policy${number}`, policy }));
}

async function decide(subject, { action, resource, context }) {
  const account = resource.split(":")[ACCOUNT] || subject.principal.split(":")[ACCOUNT];
  // What the resource's side says is none of SimulatePrincipalPolicy's business: a role of any account trusts the principal.
  const trust = { Effect: "Allow", Principal: { AWS: subject.principal }, Action: "sts:AssumeRole" };
  const answer = await runSimulation(
    {
      request: { principal: subject.principal, action, resource: { resource, accountId: account }, contextVariables: context },
      identityPolicies: named(subject.policies),
      permissionBoundaryPolicies: subject.boundary.length ? named(subject.boundary) : undefined,
      resourcePolicy: action === "sts:AssumeRole" ? { Version: "2012-10-17", Statement: [trust] } : undefined,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (answer.resultType === "error") return `error: ${JSON.stringify(answer.errors)}`;
  const results = answer.results ?? [answer.result];
  const granted = results.every(({ analysis }) => analysis.identityAnalysis.result === "Allowed");
  return granted && answer.overallResult !== "Allowed" && subject.boundary.length ? "boundary" : DECISIONS[answer.overallResult];
}

async function main() {
  let text = "";
  for await (const chunk of process.stdin) text += chunk;
  const decisions = [];
  for (const subject of JSON.parse(text)) {
    const found = [];
    for (const request of subject.requests) found.push(await decide(subject, request));
    decisions.push(found);
  }
  process.stdout.write(JSON.stringify(decisions));
}

main();
