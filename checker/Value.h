// Exact numbers and lists of them, as attributes of terms have them.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef KREGC_CHECKER_VALUE_H
#define KREGC_CHECKER_VALUE_H

#include <gmpxx.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

namespace kregc::checker {

using Json = nlohmann::json;
using Number = mpq_class;

/// What is wrong with a certificate.
struct Wrong : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A certificate takes more time or memory than one of real models does. Not an
/// std::exception: rules take those for an attribute that is missing.
struct TooMuch {};

/// How much work is left, in nanoseconds or so.
inline thread_local uint64_t workLeft = 0;

inline void spend(uint64_t work) {
  if (work > workLeft) {
    throw TooMuch();
  }
  workLeft -= work;
}

/// For arithmetic with a number of many digits.
inline void spend(const Number &number) {
  spend(16 *
        (mpz_size(number.get_num_mpz_t()) + mpz_size(number.get_den_mpz_t())));
}

/// A number or a list. Operators take lists element by element, a number as a
/// list of any length.
struct Value {
  std::vector<Number> numbers;
  bool isList = false;

  Value(int number) : numbers{number} {}
  Value(Number number) : numbers{std::move(number)} {}
  Value(std::vector<Number> list) : numbers(std::move(list)), isList(true) {}
  explicit Value(const Json &json);

  int count() const { return static_cast<int>(numbers.size()); }
  /// An element, from the end where `i` is negative.
  Value operator[](int i) const {
    return numbers.at(i < 0 ? numbers.size() + i : i);
  }
  /// The elements at the positions in a list.
  Value operator[](const Value &positions) const;
};

inline const Value infinity = Number(mpz_class(1) << 1100); // above all doubles

inline Value::Value(const Json &json) : isList(json.is_array()) {
  if (isList) {
    spend(100 * json.size());
    for (const Json &element : json) {
      numbers.push_back(Value(element).numbers.at(0));
    }
  } else if (json.is_string()) {
    Number sign = json == "inf" ? 1 : json == "-inf" ? -1 : 0;
    numbers = {infinity.numbers[0] * sign};
    if (sign == 0) {
      throw Wrong(json.dump() + " is no number");
    }
  } else if (json.is_number_integer()) {
    numbers = {Number(json.dump())};
  } else {
    numbers = {
        Number(json.is_boolean() ? json.get<bool>() : json.get<double>())};
  }
}

template <typename Function>
Value zip(const Value &a, const Value &b, Function function) {
  Value result = std::vector<Number>();
  result.isList = a.isList || b.isList;
  if (a.isList && b.isList && a.count() != b.count()) {
    throw Wrong("lists of two lengths");
  }
  spend(uint64_t(100) * (a.isList ? a : b).count());
  for (int i = 0; i < (a.isList ? a : b).count(); ++i) {
    result.numbers.push_back(
        function(a.numbers[a.isList ? i : 0], b.numbers[b.isList ? i : 0]));
  }
  return result;
}

/// Whether it holds of all elements; of a number and no element it does not.
template <typename Holds>
bool compare(const Value &a, const Value &b, Holds holds) {
  if (a.isList && b.isList ? a.count() != b.count()
                           : a.count() * b.count() == 0) {
    return false;
  }
  Value each = zip(a, b, holds);
  return std::count(each.numbers.begin(), each.numbers.end(), 0) == 0;
}

#define KREGC_ARITHMETIC(sign)                                                 \
  inline Value operator sign(const Value &a, const Value &b) {                 \
    return zip(a, b, [](const Number &x, const Number &y) {                    \
      return Number(x sign y);                                                 \
    });                                                                        \
  }
#define KREGC_COMPARISON(sign)                                                 \
  inline bool operator sign(const Value &a, const Value &b) {                  \
    return compare(a, b, [](const Number &x, const Number &y) {                \
      return Number(x sign y);                                                 \
    });                                                                        \
  }
KREGC_ARITHMETIC(+)
KREGC_ARITHMETIC(-)
KREGC_ARITHMETIC(*)
KREGC_COMPARISON(==)
KREGC_COMPARISON(<)
KREGC_COMPARISON(<=)
KREGC_COMPARISON(>)
KREGC_COMPARISON(>=)
#undef KREGC_ARITHMETIC
#undef KREGC_COMPARISON

inline Value operator/(const Value &a, const Value &b) {
  return zip(a, b, [](const Number &x, const Number &y) {
    return y == 0 ? throw Wrong("division by 0") : Number(x / y);
  });
}
inline Value min(const Value &a, const Value &b) {
  return zip(a, b, [](auto &x, auto &y) { return std::min(x, y); });
}
inline Value max(const Value &a, const Value &b) {
  return zip(a, b, [](auto &x, auto &y) { return std::max(x, y); });
}
inline Value abs(const Value &a) { return max(a, a * -1); }

/// a / b, rounded towards -∞.
inline Value floorDivide(const Value &a, const Value &b) {
  return zip(a / b, 1, [](const Number &x, const Number &) {
    mpz_class whole;
    mpz_fdiv_q(whole.get_mpz_t(), x.get_num_mpz_t(), x.get_den_mpz_t());
    return Number(whole);
  });
}

inline Value Value::operator[](const Value &positions) const {
  return zip(positions, 0, [this](const Number &at, const Number &) {
    bool inside = at >= 0 && at < count() && at.get_den() == 1;
    return inside ? numbers[at.get_num().get_ui()]
                  : throw Wrong("there is no such element");
  });
}

/// A list without its first `low` and last `high` elements.
inline Value cut(const Value &list, int low, int high) {
  if (list.count() < low + high) {
    throw Wrong("a list is too short");
  }
  return std::vector<Number>(list.numbers.begin() + low,
                             list.numbers.end() - high);
}
/// One list of all numbers.
inline Value join(const std::vector<Value> &values) {
  std::vector<Number> all;
  for (const Value &value : values) {
    all.insert(all.end(), value.numbers.begin(), value.numbers.end());
  }
  return all;
}
inline Value sorted(Value list) {
  std::sort(list.numbers.begin(), list.numbers.end());
  return list;
}
inline Value product(const Value &list) {
  Number result = 1;
  for (const Number &number : list.numbers) {
    result *= number;
    spend(result);
  }
  return result;
}

} // namespace kregc::checker

#endif // KREGC_CHECKER_VALUE_H
