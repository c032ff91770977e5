#include "text/jinja/parser.h"

namespace hone::text::jinja {

const Lexeme& Parser::next() {
  const Lexeme& token = current();
  if (place_ + 1 < tokens_.size()) ++place_;
  return token;
}

bool Parser::skip_name(std::string_view name) {
  if (!current().is_name(name)) return false;
  next();
  return true;
}

bool Parser::skip_operator(std::string_view sign) {
  if (!current().is_operator(sign)) return false;
  next();
  return true;
}

void Parser::expect_operator(std::string_view sign) {
  if (!skip_operator(sign)) fail_expected(sign);
}

std::string Parser::expect_name() {
  if (current().type != TokenType::kName) fail_expected("name");
  return next().text;
}

void Parser::expect(TokenType type, std::string_view what) {
  if (current().type != type) fail_expected(what);
  next();
}

void Parser::fail_at(uint32_t line, const std::string& message) const { throw syntax_error(name_, line, message); }

void Parser::fail_expected(std::string_view what) const {
  if (current().type == TokenType::kEnd) {
    fail_at(current().line, fmt::format("unexpected end of template, expected '{}'", what));
  }
  fail_at(current().line, fmt::format("expected token '{}', got '{}'", what, describe(current())));
}

Body Parser::parse() { return parse_body({}); }

}  // namespace hone::text::jinja
