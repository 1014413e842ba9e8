// The page of `inspect --format html`.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/Inspect/Html.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

using namespace llvm;

namespace kregc::driver {
namespace {

/// Nothing from elsewhere and no script, whatever a name may try.
constexpr StringLiteral head = R"(<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
:root { --page: #f7f7f5; --card: #fff; --text: #23241f; --soft: #6b6d64; --line: #d9dad3; --penalty: #b45309;
  --penalty-fill: #fef3e2; --weight: #1d4ed8; --warning: #b91c1c; --note: #4d7c0f; }
@media (prefers-color-scheme: dark) { :root { --page: #181916; --card: #22241f; --text: #e8e9e2; --soft: #9da094;
  --line: #3b3d36; --penalty: #f59e0b; --penalty-fill: #3a2b10; --weight: #93b4fd; --warning: #f87171; --note: #a3cf5d; } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 1200px; padding: 28px 20px 60px; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif }
h1 { margin: 0; font-size: 26px } h2 { margin: 32px 0 10px; font-size: 18px }
.facts { color: var(--soft); margin: 4px 0 0 }
.count { display: inline-block; margin: 14px 8px 0 0; padding: 3px 12px; border: 1px solid var(--line); border-radius: 99px;
  background: var(--card) }
.count b { font-variant-numeric: tabular-nums }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow: auto }
.legend { color: var(--soft); font-size: 13px; margin: 8px 2px 0 }
.legend span { display: inline-block; width: 26px; height: 13px; border-radius: 4px; margin: 0 6px -2px 16px; border: 1px solid var(--soft) }
.legend span.penalised { background: var(--penalty-fill); border-color: var(--penalty) } .legend span.dead { border-style: dashed }
.legend span.end { border-width: 2.2px } .legend span:first-child { margin-left: 0 }
.graph { text-align: center; padding: 12px; max-height: 78vh }
table { border-collapse: collapse; width: 100%; font-size: 14px }
th { text-align: left; color: var(--soft); font-weight: 500 } th, td { padding: 7px 14px; border-bottom: 1px solid var(--line) }
tr:last-child td { border-bottom: 0 } td { vertical-align: top } bdi { overflow-wrap: anywhere }
td.number, code, svg { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 13px }
.dot { display: inline-block; width: 9px; height: 9px; border-radius: 9px; margin-right: 7px; background: var(--penalty) }
.dot.off { background: none; border: 1.5px dashed var(--soft) }
.finding { padding: 12px 16px; border-bottom: 1px solid var(--line); border-left: 4px solid var(--note) }
.finding:last-child { border-bottom: 0 } .finding.warning { border-left-color: var(--warning) }
.finding p { margin: 0 } .finding .so { color: var(--soft) } .finding code { float: right; color: var(--soft); margin-left: 12px }
a { color: inherit; text-decoration-color: var(--line) }
svg { max-width: none } svg text { font-size: 12px; fill: var(--text) } svg text.name { font-weight: 600 }
svg text.class { fill: var(--soft) } svg text.activity { fill: var(--penalty) } svg text.weight { fill: var(--weight) }
svg text.off { text-decoration: line-through; fill: var(--soft) }
.box rect { fill: var(--card); stroke: var(--soft); stroke-width: 1 } .box.end rect { stroke-width: 2.2 }
.box.penalised rect { fill: var(--penalty-fill); stroke: var(--penalty) }
.box.dead rect { stroke-dasharray: 5 4; fill: none; stroke: var(--soft) } .box.dead text { fill: var(--soft) }
.box:target rect { stroke-width: 4 }
.arrow { fill: none; stroke: var(--soft); stroke-width: 1.3 } .arrow.dead { stroke-dasharray: 4 4; opacity: .7 }
marker path { fill: var(--soft) }
.alert circle { fill: var(--warning) } .alert.note circle { fill: var(--note) } .box .alert text { fill: #fff; font-weight: 700; text-anchor: middle }
</style>
)";

constexpr StringLiteral legend =
    "<p class=\"legend\"><span class=\"penalised\"></span>penalised "
    "<span class=\"dead\"></span>reaches no output "
    "<span class=\"end\"></span>input or output</p>\n";

std::string bdi(StringRef text) { return "<bdi>" + escape(text) + "</bdi>"; }

std::string plural(size_t number, StringRef one, StringRef many) {
  return formatv("<span class=\"count\"><b>{0}</b> {1}</span>\n", number,
                 number == 1 ? one : many)
      .str();
}

std::string counts(const ModelFacts &facts, const Findings &findings) {
  auto sites = [&](bool activity, bool live) {
    return count_if(facts.sites, [&](const Site &site) {
      return site.activity == activity && site.live == live;
    });
  };
  auto said = [&](keras::Severity severity) {
    return count_if(findings, [&](const keras::Warning &warning) {
      return warning.severity == severity;
    });
  };
  std::string text =
      plural(sites(true, true), "activity penalty", "activity penalties");
  text += plural(sites(false, true), "weight penalty", "weight penalties");
  if (size_t dead = sites(true, false) + sites(false, false)) {
    text += plural(dead, "regularizer without effect",
                   "regularizers without effect");
  }
  text += plural(said(keras::Severity::Warning), "warning", "warnings");
  return text + plural(said(keras::Severity::Note), "note", "notes");
}

std::string row(const Site &site) {
  std::string layer = bdi(site.layer);
  if (site.tensor >= 0) {
    layer = formatv("<a href=\"#n{0}\">{1}</a>", site.tensor, layer).str();
  }
  if (site.call > 0) {
    layer += " (call " + std::to_string(site.call + 1) + ")";
  }
  std::string what = (site.activity ? "" : bdi(site.variable) + " ") +
                     escape(describe(site.shape));
  return formatv("<tr><td><span class=\"dot{0}\"></span>{1}</td><td>{2}</td>"
                 "<td class=\"number\">{3}</td><td class=\"number\">{4}</td>"
                 "<td>{5}</td><td>{6}</td></tr>\n",
                 site.live ? "" : " off", layer, escape(site.className), what,
                 escape(describe(site.regularizer)),
                 site.perBatch ? "divided by the batch" : "not divided",
                 site.live ? "live" : "dead: " + escape(site.why))
      .str();
}

std::string table(const ModelFacts &facts, bool activity, StringRef title) {
  std::string rows;
  for (const Site &site : facts.sites) {
    rows += site.activity == activity ? row(site) : "";
  }
  if (rows.empty()) {
    return "";
  }
  return formatv("<h2>{0}</h2>\n<div class=\"card\"><table><tr><th>layer</th>"
                 "<th>class</th><th>{1}</th><th>regularizer</th>"
                 "<th>normalisation</th><th>state</th></tr>\n{2}</table>"
                 "</div>\n",
                 title, activity ? "output" : "weight", rows)
      .str();
}

std::string advice(const Findings &findings) {
  if (findings.empty()) {
    return "";
  }
  std::string text = "<h2>What to know</h2>\n<div class=\"card\">\n";
  for (const keras::Warning &warning : findings) {
    bool grave = warning.severity == keras::Severity::Warning;
    std::string layer =
        warning.layer.empty() ? "" : "<b>" + bdi(warning.layer) + "</b> ";
    text += formatv("<div class=\"finding{0}\"><code>{1}</code><p>{2}{3}</p>"
                    "<p class=\"so\">{4}</p></div>\n",
                    grave ? " warning" : "", escape(warning.id), layer,
                    escape(warning.text), escape(warning.instead))
                .str();
  }
  return text + "</div>\n";
}

} // namespace

std::string escape(StringRef text) {
  std::string escaped;
  for (char c : json::fixUTF8(text)) {
    switch (c) {
    case '&':
      escaped += "&amp;";
      break;
    case '<':
      escaped += "&lt;";
      break;
    case '>':
      escaped += "&gt;";
      break;
    case '"':
      escaped += "&quot;";
      break;
    case '\'':
      escaped += "&#39;";
      break;
    default:
      // Control characters are not allowed in a page.
      escaped += static_cast<unsigned char>(c) < ' ' && c != '\n'
                     ? std::string("\xEF\xBF\xBD")
                     : std::string(1, c);
    }
  }
  return escaped;
}

Expected<std::string> buildPage(const ModelFacts &facts,
                                const Findings &findings) {
  Expected<std::string> drawing = drawModel(facts, findings);
  if (!drawing) {
    return drawing.takeError();
  }
  const keras::Model &model = facts.model;
  std::string name = escape(model.name);
  std::string page = head.str();
  page += "<title>" + name + ": penalties</title></head><body>\n";
  page +=
      formatv("<h1>{0}</h1>\n<p class=\"facts\">{1} {2} (.{3}), {4} "
              "parameters</p>\n",
              bdi(model.name), model.version.tfKeras ? "tf-keras" : "Keras",
              escape(model.version.text), model.format, countParameters(model))
          .str();
  page += counts(facts, findings);
  page += "<h2>The model</h2>\n<div class=\"card graph\">\n" + *drawing +
          "</div>\n";
  page += legend;
  page += table(facts, /*activity=*/true, "Activity penalties");
  page += table(facts, /*activity=*/false, "Weight penalties");
  page += advice(findings);
  return page + "</body></html>\n";
}

} // namespace kregc::driver
