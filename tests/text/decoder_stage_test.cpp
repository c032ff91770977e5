#include "text/decoder_stage.h"

#include <doctest/doctest.h>

namespace hone::text::decoder_stage_test {

namespace {

class Bracketed final : public WholeTokenStage {
 public:
  using WholeTokenStage::WholeTokenStage;

 private:
  void take(std::string_view token) override { pass("[" + std::string(token) + "]"); }
};

}  // namespace

TEST_CASE("a stage on whole tokens collects their parts") {
  std::string text;
  Bracketed stage(std::make_unique<TextSink>(text));
  stage.put({"a", true, false});
  CHECK(text.empty());
  stage.put({"b", false, false});
  stage.put({"", false, true});
  CHECK(text == "[ab]");
  stage.put({"c"});
  stage.finish();
  CHECK(text == "[ab][c]");
}

}  // namespace hone::text::decoder_stage_test
