// The main of every test program. It fails if a filter matches no test. A case that cannot run here reports
// MESSAGE("skipped: why"). If no case of the filter ran, the program exits with 77, which ctest shows as skipped.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>
#include <string_view>

namespace {
constexpr int kSkipped = 77;  // SKIP_RETURN_CODE in cmake/floor.cmake
int cases_run = 0;
int cases_skipped = 0;
bool is_case_skipped = false;

struct CountCases : doctest::IReporter {
  explicit CountCases(const doctest::ContextOptions&) {}
  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats& stats) override {
    cases_run = static_cast<int>(stats.numTestCasesPassingFilters);
  }
  void test_case_start(const doctest::TestCaseData&) override { is_case_skipped = false; }
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_end(const doctest::CurrentTestCaseStats&) override { cases_skipped += is_case_skipped; }
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData& message) override {
    is_case_skipped |= std::string_view(message.m_string.c_str()).starts_with("skipped: ");
  }
  void test_case_skipped(const doctest::TestCaseData&) override {}
};
}  // namespace

REGISTER_LISTENER("count_cases", 1, CountCases);

int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
  const int result = context.run();
  if (context.shouldExit()) return result;
  if (cases_run == 0) {
    std::fputs("no test case matches this filter\n", stderr);
    return 1;
  }
  return result == 0 && cases_skipped == cases_run ? kSkipped : result;
}
