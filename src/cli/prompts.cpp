#include "cli/prompts.h"

#include <fmt/format.h>

#include <iostream>

#include "base/error.h"
#include "base/output_path.h"
#include "base/utf8.h"
#include "table/columns.h"
#include "table/read.h"

namespace hone::cli {

namespace {

constexpr size_t kMaxPrompts = 1 << 20;

class Prompts {
 public:
  explicit Prompts(std::string source) : source_(std::move(source)) {}

  void add(std::string_view text, const std::string& place) {
    if (text.empty()) return;
    check_utf8(text, place);
    if (prompts_.size() == kMaxPrompts) {
      throw Error(ErrorKind::kInput, fmt::format("{} has more than {} prompts", source_, kMaxPrompts));
    }
    prompts_.emplace_back(text);
  }

  std::vector<std::string> take() {
    if (prompts_.empty()) throw Error(ErrorKind::kInput, fmt::format("{} has no prompt", source_));
    return std::move(prompts_);
  }

 private:
  std::string source_;
  std::vector<std::string> prompts_;
};

std::vector<std::string> prompts_of_lines(std::istream& in) {
  Prompts prompts("standard input");
  size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    prompts.add(line, fmt::format("standard input:{}", ++number));
  }
  return prompts.take();
}

std::string column_of(const table::Rows& rows, const std::string& given) {
  if (!given.empty()) return given;
  constexpr const char* kColumn = "prompt";
  return rows.has_column(kColumn) ? kColumn : table::find_text_columns(rows).text;
}

}  // namespace

std::vector<std::string> prompts_of(const PromptOptions& options) {
  if (options.prompt.has_value() == !options.prompts.empty()) {
    throw Error(ErrorKind::kUsage,
                options.prompt ? "--prompt and --prompts are both given" : "there is no prompt: --prompt or --prompts",
                "give one of them: --prompt \"Once upon a time\", or --prompts FILE with a prompt in each row");
  }
  if (options.prompt) {
    check_utf8(*options.prompt, "--prompt");
    return {*options.prompt};
  }
  if (is_stream(options.prompts)) return prompts_of_lines(std::cin);
  const table::Rows rows = table::read_rows(options.prompts);
  Prompts prompts(options.prompts.string());
  if (rows.empty()) return prompts.take();
  const table::Column column = rows.column(column_of(rows, options.prompt_column));
  for (uint64_t row = 0; row < rows.size(); ++row) prompts.add(column.text(row).value_or(""), rows.location(row));
  return prompts.take();
}

}  // namespace hone::cli
