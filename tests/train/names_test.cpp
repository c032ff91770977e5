#include "train/names.h"

#include <doctest/doctest.h>

#include "expect_error.h"
#include "options/field_list.h"
#include "train/optimizer.h"
#include "train/options.h"
#include "train/schedule.h"

namespace names_test {

using namespace hone;
using namespace hone::train;

struct Row {
  std::string_view name;
};
constexpr Row kRows[] = {{"a"}, {"b"}};
constexpr std::array<std::string_view, 2> kSame = {"a", "b"}, kSwapped = {"b", "a"};
constexpr std::array<std::string_view, 1> kFewer = {"a"};
static_assert(has_names(kRows, kSame));
static_assert(!has_names(kRows, kSwapped));
static_assert(!has_names(kRows, kFewer));

TEST_CASE("each choice of an option has a row, and each row is a choice") {
  TrainOptions options;
  const options::FieldList fields = options::fields_of(options);
  CHECK(fields.find("optim")->choices.size() == optimizers().size());
  for (const std::string& name : fields.find("optim")->choices) CHECK(find_optimizer(name).name == name);
  CHECK(fields.find("lr_scheduler_type")->choices.size() == schedules().size());
  for (const std::string& name : fields.find("lr_scheduler_type")->choices) CHECK(find_schedule(name).name == name);
}

}  // namespace names_test
