// A class of characters of a regular expression, and its form for PCRE2.
#pragma once

#include <string>
#include <vector>

#include "text/unicode_property.h"

namespace hone::text {

// Collects the parts of a class. A property of PCRE2 that equals Oniguruma's up to a few newer characters stays a
// property, because PCRE2 tests a property faster than hundreds of ranges.
class RegexClass {
 public:
  void add(const CodePointSet& set);
  void add(char32_t first, char32_t last) { add(CodePointSet{{first, last}}); }
  // `categories` are names of general categories, such as L and Nd; `set` has all of them, and may have more.
  void add_categories(const std::vector<std::string>& categories, const CodePointSet& set);
  void add_class(const RegexClass& other);
  void intersect(const RegexClass& other);
  void negate() { is_negated_ = !is_negated_; }

  // Returns the characters of the class.
  CodePointSet set() const { return is_negated_ ? complement_of(set_) : set_; }
  // Returns the class as an atom of PCRE2.
  std::string to_pcre2() const;

 private:
  CodePointSet set_;     // before negation
  CodePointSet ranges_;  // the part of it that no property has
  std::string properties_;
  bool is_negated_ = false;
};

}  // namespace hone::text
