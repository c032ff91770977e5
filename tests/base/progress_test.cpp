#include "base/progress.h"

#include <doctest/doctest.h>

using namespace hone;

TEST_CASE("durations are formatted as on a clock") {
  CHECK(format_duration(0) == "00:00");
  CHECK(format_duration(59.6) == "01:00");
  CHECK(format_duration(3723) == "1:02:03");
  CHECK(format_duration(-5) == "00:00");
}

TEST_CASE("nested progress bars and calls after finish() do not crash") {
  Progress outer("training", "step", 10);
  {
    Progress inner("evaluating", "batch", 2);
    inner.advance(2);
  }
  outer.start_at(5);
  outer.advance(5, "loss 0.5");
  outer.finish();
  outer.advance();
}
