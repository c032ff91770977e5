// Cuts the source of a template into tokens, by the rules of jinja2 with trim_blocks and lstrip_blocks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hone::text::jinja {

enum class TokenType : uint8_t {
  kData,  // text between tags
  kVariableBegin,
  kVariableEnd,
  kBlockBegin,
  kBlockEnd,
  kName,
  kString,
  kInteger,
  kFloat,
  kOperator,
  kEnd,
};

struct Lexeme {
  TokenType type;
  uint32_t line;
  std::string text;  // of a string without its quotes and escapes; of an operator its sign
  int64_t integer = 0;
  double real = 0;

  bool is_name(std::string_view name) const { return type == TokenType::kName && text == name; }
  bool is_operator(std::string_view sign) const { return type == TokenType::kOperator && text == sign; }
};

// Returns the tokens; the last one is kEnd. `name` is the template's, for messages. Errors: kInput with name and line.
std::vector<Lexeme> tokenize(std::string_view source, const std::string& name);

// Returns what a message calls the token.
std::string describe(const Lexeme& token);

}  // namespace hone::text::jinja
