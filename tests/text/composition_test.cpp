// normal_forms_test.cpp compares whole texts with tokenizers.
#include "text/composition.h"

#include <doctest/doctest.h>

namespace hone::text::composition_test {

TEST_CASE("pairs compose as The Unicode Standard says, and excluded ones do not") {
  const CompositionTable& table = CompositionTable::get();
  CHECK(table.compose(U'a', 0x300) == 0xE0);
  CHECK(table.compose(0xEA, 0x301) == 0x1EBF);
  CHECK(table.compose(0x1100, 0x1161) == 0xAC00);
  CHECK(table.compose(0xAC00, 0x11A8) == 0xAC01);
  CHECK(table.compose(0xAC00, 0x11A7) == 0);
  CHECK(table.compose(0xAC01, 0x11A8) == 0);
  CHECK(table.compose(0x915, 0x93C) == 0);  // U+0958 is excluded
  CHECK(table.compose(U'x', 0x300) == 0);
  CHECK(!table.is_stable(0x300));
  CHECK(!table.is_stable(0x212B));
  CHECK(table.is_stable(0xC5));
  CHECK(table.is_stable(0x10FFFF));
  CHECK(table.replacement(0x212B) == 0xC5);    // the sign Angstrom
  CHECK(table.replacement(0xF900) == 0x8C48);  // a compatibility ideograph
  CHECK(table.replacement(0x340) == 0);        // becomes a mark
  CHECK(table.replacement(0x958) == 0);        // becomes two characters
  CHECK(table.replacement(0xC5) == 0);
}

}  // namespace hone::text::composition_test
