// Makes statements of a template's tokens. It accepts what jinja2 accepts, without what needs other files (include,
// import, extends and block).
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "text/jinja/lexer.h"
#include "text/jinja/statement.h"

namespace hone::text::jinja {

// Deeper expressions and blocks are refused. Python's compiler has such limits too.
inline constexpr uint32_t kMaxExpressionDepth = 200, kMaxBlockDepth = 100;

class Parser {
 public:
  Parser(std::vector<Lexeme> tokens, const std::string& name) : tokens_(std::move(tokens)), name_(name) {}

  // Errors: kInput with the template's name and the line.
  Body parse();

 private:
  using EndTags = std::span<const std::string_view>;
  struct Row;
  static const Row kStatements[];

  // Tokens (parser.cpp).
  const Lexeme& current() const { return tokens_[place_]; }
  const Lexeme& following() const { return tokens_[std::min(place_ + 1, tokens_.size() - 1)]; }
  const Lexeme& next();
  bool skip_name(std::string_view name);
  bool skip_operator(std::string_view sign);
  void expect_operator(std::string_view sign);
  std::string expect_name();
  void expect(TokenType type, std::string_view what);
  [[noreturn]] void fail_at(uint32_t line, const std::string& message) const;
  [[noreturn]] void fail_expected(std::string_view what) const;

  // Expressions (parser_expressions.cpp).
  ExpressionPtr parse_expression();
  ExpressionPtr parse_or();
  ExpressionPtr parse_and();
  ExpressionPtr parse_not();
  ExpressionPtr parse_comparing();
  ExpressionPtr parse_sum();
  ExpressionPtr parse_concatenation();
  ExpressionPtr parse_product();
  ExpressionPtr parse_power();
  ExpressionPtr parse_unary(bool with_filters);
  ExpressionPtr parse_primary();
  ExpressionPtr parse_named_constant(const Lexeme& token);
  ExpressionPtr parse_strings();
  ExpressionPtr parse_postfix(ExpressionPtr operand);
  ExpressionPtr parse_filters(ExpressionPtr operand);
  ExpressionPtr parse_filter(ExpressionPtr operand, bool starts_inline);
  ExpressionPtr parse_test(ExpressionPtr operand);
  ArgumentList parse_test_arguments();
  ExpressionPtr parse_subscript(ExpressionPtr operand);
  ExpressionPtr parse_subscripted(ExpressionPtr operand, uint32_t line);
  ExpressionPtr parse_list();
  ExpressionPtr parse_dict();
  ExpressionPtr parse_tuple(bool with_conditional, std::string_view end_name, bool has_parentheses);
  ArgumentList parse_arguments();
  void parse_argument(ArgumentList& list, uint32_t line);
  std::string parse_dotted_name();
  bool is_tuple_end(std::string_view end_name) const;
  // Returns the expression after its depth has been checked.
  ExpressionPtr made(ExpressionPtr expression);
  template <typename T, typename... Arguments>
  ExpressionPtr make(Arguments&&... arguments) {
    return made(std::make_unique<T>(std::forward<Arguments>(arguments)...));
  }

  // Statements (parser_statements.cpp).
  Body parse_body(EndTags end_tags);
  void parse_data(Body& body);
  Body parse_block(EndTags end_tags);
  std::unique_ptr<Statement> parse_statement();
  std::unique_ptr<Statement> parse_set(uint32_t line);
  std::unique_ptr<Statement> parse_for(uint32_t line);
  std::unique_ptr<Statement> parse_if(uint32_t line);
  std::unique_ptr<Statement> parse_with(uint32_t line);
  std::unique_ptr<Statement> parse_autoescape(uint32_t line);
  std::unique_ptr<Statement> parse_macro(uint32_t line);
  std::unique_ptr<Statement> parse_call(uint32_t line);
  std::unique_ptr<Statement> parse_filter_block(uint32_t line);
  std::unique_ptr<Statement> parse_generation(uint32_t line);
  std::unique_ptr<Statement> parse_print(uint32_t line);
  std::unique_ptr<Statement> parse_break(uint32_t line) { return parse_jump(line, Flow::kBreak); }
  std::unique_ptr<Statement> parse_continue(uint32_t line) { return parse_jump(line, Flow::kContinue); }
  std::unique_ptr<Statement> parse_jump(uint32_t line, Flow flow);
  std::unique_ptr<Statement> refuse_files(uint32_t line);
  Body parse_macro_body(EndTags end_tags);
  void parse_parameters(MacroCode& code);
  Target parse_target(bool with_attributes, std::string_view end_name);
  Target parse_target_part(bool with_attributes);
  [[noreturn]] void fail_tag(const std::string& tag, uint32_t line) const;

  std::vector<Lexeme> tokens_;
  const std::string& name_;
  size_t place_ = 0;
  uint32_t expression_depth_ = 0, block_depth_ = 0, loop_depth_ = 0;
  std::vector<std::string> open_tags_;
  std::vector<EndTags> end_tags_;
};

}  // namespace hone::text::jinja
