#include "serve/notes.h"

#include <doctest/doctest.h>

using namespace hone;

TEST_CASE("a header lists what it is about, and is absent if that is nothing") {
  http::Response response;
  serve::Notes().add_to(response);
  CHECK(response.headers.empty());
  text::Encoding cut;
  cut.num_cut = 2;
  serve::Notes notes;
  notes.add_question(0, {.windows = {cut}}, {.unknown = 13, .total = 20});
  notes.add_question(1, {.windows = {{}}}, {.unknown = 2, .total = 20});
  notes.add_question(3, {.windows = {cut}}, {.unknown = 3, .total = 20});
  notes.add_near_tie(2);
  notes.add_ignored("options");
  notes.add_ignored("parameters.padding");
  notes.add_to(response);
  CHECK(response.headers == http::NamedValues{{"X-Hone-Truncated", "0,3"},
                                              {"X-Hone-Unknown-Tokens", "0=13/20,3=3/20"},
                                              {"X-Hone-Near-Ties", "2"},
                                              {"X-Hone-Ignored", "options,parameters.padding"}});
}
