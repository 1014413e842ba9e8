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

/// What a penalty sum consists of: coefficients by key; the two constants
/// have keys of their own.
using Terms = std::map<PenaltyKey, double>;

Terms termsOf(const PenaltySum &sum) {
  Terms terms;
  for (const auto &[key, coefficient] : sum.terms) {
    terms[key] = coefficient.value.toDouble();
  }
  for (int times : {0, 1}) {
    if (double constant = sum.constants[times].value.toDouble()) {
      terms[{-1, times, false}] = constant;
    }
  }
  return terms;
}

/// A layer of the second model, and what its coefficients are worth.
struct Layer {
  std::string name;
  std::vector<Site> sites; ///< one per call
  bool standalone = false; ///< it penalises what another layer computed
  Terms units[2];          ///< of l1 = 1 and of l2 = 1

  double now(int power) const {
    return power == 1 ? sites.front().l1 : sites.front().l2;
  }
};

/// An equation Σ column·change = right; `magnitude` is that of the numbers that
/// made `right`, whose rounding it carries.
struct Row {
  std::vector<double> columns;
  double right = 0, magnitude = 0;
};

/// What rounding to float32 may do to a sum of coefficients.
constexpr double kRounding = 1e-6;

/// Subtracts factor·b from a.
void subtract(Row &a, const Row &b, double factor) {
  for (size_t i = 0; i < a.columns.size(); ++i) {
    a.columns[i] -= factor * b.columns[i];
  }
  a.right -= factor * b.right;
  a.magnitude += std::fabs(factor) * b.magnitude;
}

/// Solves a system up to rounding; unknowns that nothing determines are 0.
std::optional<std::vector<double>> solve(std::vector<Row> rows,
                                         size_t unknowns) {
  constexpr double kTiny = 1e-9;
  for (Row &row : rows) {
    double largest = 0;
    for (double x : row.columns) {
      largest = std::max(largest, std::fabs(x));
    }
    if (largest > 0) {
      llvm::for_each(row.columns, [&](double &x) { x /= largest; });
      row.right /= largest;
      row.magnitude /= largest;
    }
  }
  std::vector<double> values(unknowns);
  std::vector<std::pair<size_t, size_t>> pivots; // row and column
  for (size_t column = 0; column < unknowns && pivots.size() < rows.size();
       ++column) {
    size_t next = pivots.size();
    auto largest = std::max_element(
        rows.begin() + next, rows.end(), [&](const Row &a, const Row &b) {
          return std::fabs(a.columns[column]) < std::fabs(b.columns[column]);
        });
    if (std::fabs(largest->columns[column]) < kTiny) {
      continue;
    }
    std::swap(*largest, rows[next]);
    for (size_t i = 0; i < rows.size(); ++i) {
      double factor = rows[i].columns[column] / rows[next].columns[column];
      if (i != next && factor != 0) {
        subtract(rows[i], rows[next], factor);
      }
    }
    pivots.push_back({next, column});
  }
  for (size_t i = pivots.size(); i < rows.size(); ++i) {
    if (std::fabs(rows[i].right) > kRounding * rows[i].magnitude) {
      return std::nullopt;
    }
  }
  for (auto [row, column] : pivots) {
    bool isRounding =
        std::fabs(rows[row].right) <= kRounding * rows[row].magnitude;
    values[column] =
        isRounding ? 0 : rows[row].right / rows[row].columns[column];
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

/// Layers and keys that hang together: what one layer changes another may have
/// to make good.
struct Component {
  std::vector<size_t> layers;
  std::set<PenaltyKey> keys;
};

class Search {
public:
  Search(const Graph &graph, State &state);
  std::vector<NewCoefficients> run();

private:
  using Repair = std::vector<NewCoefficients>;

  void addUnits(Layer &layer);
  double difference(const PenaltyKey &key) const {
    return valueOf(a, key) - valueOf(b, key);
  }
  bool differs(const PenaltyKey &key) const {
    double magnitude = std::fabs(valueOf(a, key)) + std::fabs(valueOf(b, key));
    return std::fabs(difference(key)) > kRounding * magnitude;
  }
  static double valueOf(const Terms &terms, const PenaltyKey &key) {
    auto found = terms.find(key);
    return found == terms.end() ? 0 : found->second;
  }
  std::vector<Component> components() const;
  std::optional<Repair> attempt(const Component &component,
                                ArrayRef<size_t> chosen) const;
  std::optional<Repair> repaired(const Component &component) const;

  State &state;
  std::vector<Layer> layers; ///< standalone ones first
  Terms a, b;
};

} // namespace

Search::Search(const Graph &graph, State &state)
    : state(state), a(termsOf(state.sums[0])), b(termsOf(state.sums[1])) {
  for (const Site &site : graph.models[1].sites) {
    if (site.isFixed) {
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
    layer.units[power - 1] =
        termsOf(moveSites(state, sites, 1, /*gradientsOnly=*/false, ignored));
  }
}

/// The components that have a key that differs.
std::vector<Component> Search::components() const {
  std::map<PenaltyKey, std::vector<size_t>> users;
  for (size_t i = 0; i < layers.size(); ++i) {
    for (const Terms &unit : layers[i].units) {
      for (const auto &[key, value] : unit) {
        users[key].push_back(i);
      }
    }
  }
  std::vector<Component> result;
  std::set<PenaltyKey> seen;
  auto collect = [&](const PenaltyKey &from) {
    Component component;
    std::vector<PenaltyKey> stack = {from};
    std::set<size_t> members;
    while (!stack.empty()) {
      PenaltyKey key = stack.back();
      stack.pop_back();
      if (!component.keys.insert(key).second) {
        continue;
      }
      seen.insert(key);
      for (size_t layer : users[key]) {
        if (!members.insert(layer).second) {
          continue;
        }
        for (const Terms &unit : layers[layer].units) {
          for (const auto &[next, value] : unit) {
            stack.push_back(next);
          }
        }
      }
    }
    component.layers.assign(members.begin(), members.end());
    result.push_back(std::move(component));
  };
  for (const Terms *terms : {&a, &b}) {
    for (const auto &[key, value] : *terms) {
      if (differs(key) && !seen.count(key)) {
        collect(key);
      }
    }
  }
  return result;
}

/// Changes of the chosen layers alone that make the keys of a component agree;
/// none if there are none, or a coefficient would have to be negative.
std::optional<Search::Repair> Search::attempt(const Component &component,
                                              ArrayRef<size_t> chosen) const {
  std::vector<Row> rows;
  for (const PenaltyKey &key : component.keys) {
    Row row;
    for (size_t layer : chosen) {
      for (const Terms &unit : layers[layer].units) {
        row.columns.push_back(valueOf(unit, key));
      }
    }
    row.right = difference(key);
    row.magnitude = std::fabs(valueOf(a, key)) + std::fabs(valueOf(b, key));
    rows.push_back(std::move(row));
  }
  auto changes = solve(std::move(rows), 2 * chosen.size());
  if (!changes) {
    return std::nullopt;
  }
  Repair repair;
  for (size_t i = 0; i < chosen.size(); ++i) {
    const Layer &layer = layers[chosen[i]];
    double values[2];
    for (int power : {1, 2}) {
      double now = layer.now(power), change = (*changes)[2 * i + power - 1];
      double value = now + change;
      if (std::fabs(value) <= kRounding * now) {
        value = 0;
      }
      if (value < 0) {
        return std::nullopt;
      }
      values[power - 1] = shorten(value);
    }
    if ((*changes)[2 * i] != 0 || (*changes)[2 * i + 1] != 0) {
      repair.push_back({layer.name, values[0], values[1]});
    }
  }
  return repair;
}

/// Few layers first: all sets of one, two and three while they are few, then
/// all layers at once.
std::optional<Search::Repair>
Search::repaired(const Component &component) const {
  constexpr size_t kMaxSets = 3000, kMaxLayers = 150;
  const std::vector<size_t> &all = component.layers;
  size_t n = all.size();
  for (size_t i = 0; i < n; ++i) {
    if (auto repair = attempt(component, all[i])) {
      return repair;
    }
  }
  for (size_t i = 0; i < n && n * n / 2 <= kMaxSets; ++i) {
    for (size_t j = i + 1; j < n; ++j) {
      if (auto repair = attempt(component, {all[i], all[j]})) {
        return repair;
      }
    }
  }
  for (size_t i = 0; i < n && n * n * n / 6 <= kMaxSets; ++i) {
    for (size_t j = i + 1; j < n; ++j) {
      for (size_t k = j + 1; k < n; ++k) {
        if (auto repair = attempt(component, {all[i], all[j], all[k]})) {
          return repair;
        }
      }
    }
  }
  return n <= kMaxLayers ? attempt(component, all) : std::nullopt;
}

std::vector<NewCoefficients> Search::run() {
  Repair result;
  for (const Component &component : components()) {
    std::optional<Repair> repair = repaired(component);
    if (!repair) {
      return {};
    }
    llvm::append_range(result, *repair);
  }
  return result;
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
      if (!site.isFixed && site.layer == layer.layer) {
        site.l1 = static_cast<double>(static_cast<float>(layer.l1));
        site.l2 = static_cast<double>(static_cast<float>(layer.l2));
      }
    }
  }
  return repaired;
}
