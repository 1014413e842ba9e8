// `kregc inspect`: the penalties of a model, as text, JSON or a page.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Driver/Inspect/Html.h"
#include "compiler/Driver/Verbs.h"

#include "frontends/Keras/Reader.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Unicode.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace kregc::driver {
namespace {

using Row = std::vector<std::string>;

/// Left-justified columns, two blanks apart, the first row as a heading.
void printTable(raw_ostream &os, const std::vector<Row> &rows) {
  std::vector<size_t> widths(rows.front().size());
  auto width = [](StringRef cell) {
    int columns = sys::unicode::columnWidthUTF8(cell);
    return columns < 0 ? cell.size() : static_cast<size_t>(columns);
  };
  for (const Row &row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width(row[i]));
    }
  }
  for (const Row &row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - width(row[i]) + 2, ' ');
    }
    os << "  " << StringRef(line).rtrim() << "\n";
  }
}

/// "2 746": thin groups of three.
std::string grouped(int64_t count) {
  std::string digits = std::to_string(count);
  for (int i = static_cast<int>(digits.size()) - 3; i > 0; i -= 3) {
    digits.insert(i, " ");
  }
  return digits;
}

Row rowOf(const Site &site, int number) {
  std::string layer = site.layer;
  if (site.call > 0) {
    layer += " (call " + std::to_string(site.call + 1) + ")";
  }
  return {site.live ? std::to_string(number) : "-",
          layer,
          site.className,
          site.activity ? describe(site.shape)
                        : site.variable + " " + describe(site.shape),
          describe(site.regularizer),
          site.perBatch ? "divided by batch" : "not divided",
          site.live ? "live" : "dead: " + site.why};
}

void printSites(const std::vector<Site> &sites, bool activity,
                StringRef title) {
  std::vector<Row> rows = {{"#", "layer", "class",
                            activity ? "output" : "weight", "regularizer",
                            "normalisation", "state"}};
  int number = 0;
  for (const Site &site : sites) {
    if (site.activity == activity) {
      rows.push_back(rowOf(site, number));
      number += site.live;
    }
  }
  if (rows.size() == 1) {
    outs() << title << ": none\n";
    return;
  }
  outs() << title << ":\n";
  printTable(outs(), rows);
}

StringRef nameOf(keras::Severity severity) {
  return severity == keras::Severity::Note ? "note" : "warning";
}

void printText(const ModelFacts &facts, const Findings &findings) {
  const keras::Model &model = facts.model;
  outs() << model.name << (model.version.tfKeras ? ": tf-keras " : ": Keras ")
         << model.version.text << " (." << model.format << "), "
         << grouped(countParameters(model)) << " parameters\n\n";
  printSites(facts.sites, /*activity=*/true, "activity penalties");
  printSites(facts.sites, /*activity=*/false, "weight penalties");
  for (const keras::Warning &warning : findings) {
    outs() << "\n"
           << nameOf(warning.severity) << ": "
           << (warning.layer.empty() ? "" : "layer '" + warning.layer + "': ")
           << warning.text << " [" << warning.id << "]\n  → " << warning.instead
           << "\n";
  }
}

json::Value toJson(const keras::Shape &shape) {
  json::Array sizes;
  for (int64_t size : shape) {
    sizes.push_back(size < 0 ? json::Value(nullptr) : json::Value(size));
  }
  return sizes;
}

json::Value toJson(const keras::Regularizer &regularizer) {
  json::Object object{{"class", json::fixUTF8(regularizer.className)},
                      {"l1", regularizer.l1},
                      {"l2", regularizer.l2}};
  if (regularizer.kind == keras::Regularizer::Kind::Orthogonal) {
    object["factor"] = regularizer.factor;
    object["mode"] = regularizer.rows ? "rows" : "columns";
  }
  return object;
}

json::Value toJson(const Site &site) {
  json::Object object{{"layer", json::fixUTF8(site.layer)},
                      {"class", json::fixUTF8(site.className)},
                      {"kind", site.activity ? "activity" : "weight"},
                      {"regularizer", toJson(site.regularizer)},
                      {"tensor_shape", toJson(site.shape)},
                      {"normalization", site.perBatch ? "batch" : "none"},
                      {"live", site.live}};
  if (site.activity) {
    object["call"] = site.call;
  } else {
    object["variable"] = json::fixUTF8(site.variable);
  }
  return object;
}

void printJson(const ModelFacts &facts, const Findings &findings) {
  const keras::Model &model = facts.model;
  json::Array penalties, warnings;
  for (const Site &site : facts.sites) {
    penalties.push_back(toJson(site));
  }
  for (const keras::Warning &warning : findings) {
    warnings.push_back(
        json::Object{{"id", warning.id},
                     {"severity", nameOf(warning.severity)},
                     {"layer", json::fixUTF8(warning.layer)},
                     {"text", json::fixUTF8(warning.text)},
                     {"instead", json::fixUTF8(warning.instead)}});
  }
  json::Object report{{"model", json::fixUTF8(model.name)},
                      {"keras_version", json::fixUTF8(model.version.text)},
                      {"format", model.format},
                      {"parameters", countParameters(model)},
                      {"penalties", std::move(penalties)},
                      {"warnings", std::move(warnings)}};
  outs() << formatv("{0:2}", json::Value(std::move(report))) << "\n";
}

} // namespace

Error inspect(const Options &options) {
  Expected<keras::Model> model = readModel(options);
  if (!model) {
    return model.takeError();
  }
  ModelFacts facts(*model);
  Findings findings = advise(facts);
  switch (options.format) {
  case Format::Text:
    printText(facts, findings);
    break;
  case Format::Json:
    printJson(facts, findings);
    break;
  case Format::Html: {
    Expected<std::string> page = buildPage(facts, findings);
    if (!page) {
      return page.takeError();
    }
    outs() << *page;
    break;
  }
  }
  return Error::success();
}

} // namespace kregc::driver
