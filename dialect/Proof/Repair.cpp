// Repairs: penalties are linear in the coefficients, so the coefficients that
// are wanted solve a linear system.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialect/Proof/Repair.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace mlir::kreg;
using namespace mlir::kreg::proof;

namespace {

/// Coefficients of penalties by key, and of the two constants.
struct Vector {
  std::map<PenaltyKey, double> terms;
  double constants[2] = {};

  explicit Vector(const PenaltySum &sum) {
    for (const auto &[key, coefficient] : sum.terms) {
      terms[key] = coefficient.value.toDouble();
    }
    for (int times : {0, 1}) {
      constants[times] = sum.constants[times].value.toDouble();
    }
  }
};

/// A layer of the second model, and what its coefficients are worth.
struct Layer {
  std::string name;
  std::vector<Site> sites;   ///< one per call
  bool standalone = false;   ///< it penalises what another layer computed
  std::vector<Vector> units; ///< of l1 = 1 and of l2 = 1
};

/// Σ unknown·column = right, as rows of columns and the right-hand side.
using Row = std::vector<double>;

/// Solves a system; unknowns that nothing determines are 0. None if no values
/// of 0 or more solve it (up to rounding).
std::optional<std::vector<double>> solve(std::vector<Row> rows,
                                         size_t unknowns) {
  constexpr double tiny = 1e-6;
  std::vector<int> pivotRow(unknowns, -1);
  size_t next = 0;
  for (size_t column = 0; column < unknowns && next < rows.size(); ++column) {
    auto largest = std::max_element(
        rows.begin() + next, rows.end(), [&](const Row &a, const Row &b) {
          return std::fabs(a[column]) < std::fabs(b[column]);
        });
    if (std::fabs((*largest)[column]) < 1e-12) {
      continue;
    }
    std::swap(*largest, rows[next]);
    for (size_t i = 0; i < rows.size(); ++i) {
      double factor = rows[i][column] / rows[next][column];
      for (size_t j = 0; i != next && factor != 0 && j <= unknowns; ++j) {
        rows[i][j] -= factor * rows[next][j];
      }
    }
    pivotRow[column] = static_cast<int>(next++);
  }
  double scale = 0;
  std::vector<double> values(unknowns);
  for (size_t column = 0; column < unknowns; ++column) {
    if (pivotRow[column] >= 0) {
      const Row &row = rows[pivotRow[column]];
      values[column] = row[unknowns] / row[column];
      scale = std::max(scale, std::fabs(row[unknowns]));
    }
  }
  for (size_t i = next; i < rows.size(); ++i) {
    if (std::fabs(rows[i][unknowns]) > tiny * std::max(scale, 1e-9)) {
      return std::nullopt;
    }
  }
  for (double &value : values) {
    if (value < -tiny * scale) {
      return std::nullopt;
    }
    value = value < tiny * scale * 1e-3 ? 0 : value;
  }
  return values;
}

/// The shortest decimal number that is as good as this one in float32.
double shorten(double value) {
  for (int digits = 1; digits < 17; ++digits) {
    char text[40];
    snprintf(text, sizeof text, "%.*e", digits - 1, value);
    double shorter = std::strtod(text, nullptr);
    if (std::fabs(shorter - value) <= 1e-7 * std::fabs(value)) {
      return shorter;
    }
  }
  return value;
}

class Search {
public:
  Search(const Graph &graph, State &state);
  std::vector<NewCoefficients> run();

private:
  std::vector<NewCoefficients> attempt(ArrayRef<size_t> chosen);
  void addUnits(Layer &layer);

  State &state;
  std::vector<Layer> layers;
  Vector a, b;
};

} // namespace

Search::Search(const Graph &graph, State &state)
    : state(state), a(state.sums[0]), b(state.sums[1]) {
  for (const Site &site : graph.models[1].sites) {
    if (site.ofWeight) {
      continue;
    }
    auto found = llvm::find_if(
        layers, [&](const Layer &layer) { return layer.name == site.layer; });
    if (found == layers.end()) {
      layers.push_back({site.layer, {}, false, {}});
      found = layers.end() - 1;
      found->standalone = graph.nodes[site.tensor].layer != site.layer;
    }
    found->sites.push_back(site);
  }
  std::vector<Layer> sorted;
  for (bool standalone : {true, false}) {
    llvm::copy_if(layers, std::back_inserter(sorted), [&](const Layer &layer) {
      return layer.standalone == standalone;
    });
  }
  layers = std::move(sorted);
  for (Layer &layer : layers) {
    addUnits(layer);
  }
}

void Search::addUnits(Layer &layer) {
  std::vector<Move> ignored;
  for (int power : {1, 2}) {
    std::vector<Site> sites = layer.sites;
    for (Site &site : sites) {
      site.l1 = power == 1;
      site.l2 = power == 2;
    }
    layer.units.emplace_back(
        moveSites(state, sites, 1, /*gradientsOnly=*/false, ignored));
  }
}

std::vector<NewCoefficients> Search::attempt(ArrayRef<size_t> chosen) {
  // Wanted: a - (b without what the chosen layers add to it).
  Vector wanted = a;
  auto subtract = [&](const Vector &from, double factor) {
    for (const auto &[key, value] : from.terms) {
      wanted.terms[key] -= factor * value;
    }
    for (int times : {0, 1}) {
      wanted.constants[times] -= factor * from.constants[times];
    }
  };
  subtract(b, 1);
  std::vector<const Vector *> columns;
  for (size_t index : chosen) {
    for (int power : {1, 2}) {
      const Site &now = layers[index].sites.front();
      columns.push_back(&layers[index].units[power - 1]);
      subtract(*columns.back(), power == 1 ? -now.l1 : -now.l2);
    }
  }
  std::vector<Row> rows;
  for (const auto &[key, value] : wanted.terms) {
    Row row;
    for (const Vector *column : columns) {
      auto found = column->terms.find(key);
      row.push_back(found == column->terms.end() ? 0 : found->second);
    }
    row.push_back(value);
    rows.push_back(std::move(row));
  }
  for (int times : {0, 1}) {
    Row row;
    for (const Vector *column : columns) {
      row.push_back(column->constants[times]);
    }
    row.push_back(wanted.constants[times]);
    rows.push_back(std::move(row));
  }
  std::vector<NewCoefficients> repair;
  if (auto values = solve(std::move(rows), columns.size())) {
    for (size_t i = 0; i < chosen.size(); ++i) {
      repair.push_back({layers[chosen[i]].name, shorten((*values)[2 * i]),
                        shorten((*values)[2 * i + 1])});
    }
  }
  return repair;
}

std::vector<NewCoefficients> Search::run() {
  // Pairs are tried while they are few, then all layers at once.
  constexpr size_t kMaxLayersForPairs = 24;
  std::vector<size_t> all;
  for (size_t i = 0; i < layers.size(); ++i) {
    all.push_back(i);
    if (auto repair = attempt(i); !repair.empty()) {
      return repair;
    }
  }
  for (size_t i = 0; i < layers.size() && layers.size() <= kMaxLayersForPairs;
       ++i) {
    for (size_t j = i + 1; j < layers.size(); ++j) {
      if (auto repair = attempt({i, j}); !repair.empty()) {
        return repair;
      }
    }
  }
  return layers.size() > 2 ? attempt(all) : std::vector<NewCoefficients>();
}

std::vector<NewCoefficients> proof::findRepair(const Graph &graph,
                                               State &state) {
  if (!compare(state, graph).outputsAgree()) {
    return {};
  }
  return Search(graph, state).run();
}

Graph proof::withRepair(const Graph &graph, ArrayRef<NewCoefficients> repair) {
  Graph repaired = graph;
  for (Site &site : repaired.models[1].sites) {
    for (const NewCoefficients &layer : repair) {
      if (!site.ofWeight && site.layer == layer.layer) {
        site.l1 = static_cast<double>(static_cast<float>(layer.l1));
        site.l2 = static_cast<double>(static_cast<float>(layer.l2));
      }
    }
  }
  return repaired;
}
