// The part of the parser that reads expressions.
#include <algorithm>

#include "text/jinja/parser.h"

namespace hone::text::jinja {

namespace {

struct OperatorRow {
  std::string_view sign;
  BinaryOperator operation;
};
constexpr OperatorRow kProducts[] = {{"*", BinaryOperator::kMultiply},
                                     {"/", BinaryOperator::kDivide},
                                     {"//", BinaryOperator::kFloorDivide},
                                     {"%", BinaryOperator::kModulo}};

struct ComparisonRow {
  std::string_view sign;
  Comparison comparison;
};
constexpr ComparisonRow kComparisons[] = {{"==", Comparison::kEqual},  {"!=", Comparison::kNotEqual},
                                          {"<", Comparison::kLess},    {"<=", Comparison::kLessEqual},
                                          {">", Comparison::kGreater}, {">=", Comparison::kGreaterEqual}};

// Returns the row of the operator that the token is, or null.
template <typename Rows>
const auto* find_sign(const Rows& rows, const Lexeme& token) {
  const auto row =
      std::find_if(std::begin(rows), std::end(rows), [&](const auto& r) { return token.is_operator(r.sign); });
  return row == std::end(rows) ? nullptr : row;
}

}  // namespace

ExpressionPtr Parser::made(ExpressionPtr expression) {
  uint32_t deepest = 0;
  expression->each_child([&](Expression& child) { deepest = std::max(deepest, child.depth); });
  expression->depth = deepest + 1;
  if (expression->depth > kMaxExpressionDepth) {
    fail_at(expression->line, fmt::format("expressions nest deeper than {}", kMaxExpressionDepth));
  }
  return expression;
}

ExpressionPtr Parser::parse_expression() {
  if (++expression_depth_ > kMaxExpressionDepth) {
    fail_at(current().line, fmt::format("expressions nest deeper than {}", kMaxExpressionDepth));
  }
  const uint32_t line = current().line;
  ExpressionPtr value = parse_or();
  while (skip_name("if")) {
    ExpressionPtr condition = parse_or();
    ExpressionPtr otherwise = skip_name("else") ? parse_expression() : nullptr;
    value = make<Conditional>(line, std::move(condition), std::move(value), std::move(otherwise));
  }
  --expression_depth_;
  return value;
}

ExpressionPtr Parser::parse_or() {
  ExpressionPtr left = parse_and();
  while (skip_name("or")) {
    const uint32_t line = left->line;
    ExpressionPtr right = parse_and();
    left = make<Logic>(line, std::move(left), std::move(right), false);
  }
  return left;
}

ExpressionPtr Parser::parse_and() {
  ExpressionPtr left = parse_not();
  while (skip_name("and")) {
    const uint32_t line = left->line;
    ExpressionPtr right = parse_not();
    left = make<Logic>(line, std::move(left), std::move(right), true);
  }
  return left;
}

ExpressionPtr Parser::parse_not() {
  std::vector<uint32_t> lines;
  while (current().is_name("not")) lines.push_back(next().line);
  ExpressionPtr operand = parse_comparing();
  for (; !lines.empty(); lines.pop_back()) operand = make<Not>(lines.back(), std::move(operand));
  return operand;
}

ExpressionPtr Parser::parse_comparing() {
  const uint32_t line = current().line;
  auto comparing = std::make_unique<Comparing>(line, parse_sum());
  while (true) {
    if (const auto* row = find_sign(kComparisons, current())) {
      next();
      comparing->rest.emplace_back(row->comparison, parse_sum());
    } else if (skip_name("in")) {
      comparing->rest.emplace_back(Comparison::kIn, parse_sum());
    } else if (current().is_name("not") && following().is_name("in")) {
      next();
      next();
      comparing->rest.emplace_back(Comparison::kNotIn, parse_sum());
    } else {
      break;
    }
  }
  return comparing->rest.empty() ? std::move(comparing->first) : made(std::move(comparing));
}

ExpressionPtr Parser::parse_sum() {
  const uint32_t line = current().line;
  ExpressionPtr left = parse_concatenation();
  while (current().is_operator("+") || current().is_operator("-")) {
    const bool is_sum = next().text == "+";
    ExpressionPtr right = parse_concatenation();
    auto* chain = dynamic_cast<Chain*>(left.get());
    if (is_sum && chain != nullptr && !chain->is_concatenation) {
      chain->operands.push_back(std::move(right));
      left = made(std::move(left));
    } else if (is_sum) {
      auto sum = std::make_unique<Chain>(line, false);
      sum->operands.push_back(std::move(left));
      sum->operands.push_back(std::move(right));
      left = made(std::move(sum));
    } else {
      left = make<Binary>(line, BinaryOperator::kSubtract, std::move(left), std::move(right));
    }
  }
  return left;
}

ExpressionPtr Parser::parse_concatenation() {
  const uint32_t line = current().line;
  ExpressionPtr first = parse_product();
  if (!current().is_operator("~")) return first;
  auto chain = std::make_unique<Chain>(line, true);
  chain->operands.push_back(std::move(first));
  while (skip_operator("~")) chain->operands.push_back(parse_product());
  return made(std::move(chain));
}

ExpressionPtr Parser::parse_product() {
  ExpressionPtr left = parse_power();
  while (const OperatorRow* row = find_sign(kProducts, current())) {
    next();
    const uint32_t line = left->line;
    ExpressionPtr right = parse_power();
    left = make<Binary>(line, row->operation, std::move(left), std::move(right));
  }
  return left;
}

// Unlike in Python, a ** b ** c begins at the left.
ExpressionPtr Parser::parse_power() {
  ExpressionPtr left = parse_unary(true);
  while (skip_operator("**")) {
    const uint32_t line = left->line;
    ExpressionPtr right = parse_unary(true);
    left = make<Binary>(line, BinaryOperator::kPower, std::move(left), std::move(right));
  }
  return left;
}

ExpressionPtr Parser::parse_unary(bool with_filters) {
  const uint32_t line = current().line;
  ExpressionPtr operand;
  if (current().is_operator("-") || current().is_operator("+")) {
    if (++expression_depth_ > kMaxExpressionDepth) fail_at(line, "too many signs");
    const bool is_negative = next().text == "-";
    operand = make<Sign>(line, parse_unary(false), is_negative);
    --expression_depth_;
  } else {
    operand = parse_primary();
  }
  operand = parse_postfix(std::move(operand));
  return with_filters ? parse_filters(std::move(operand)) : std::move(operand);
}

ExpressionPtr Parser::parse_named_constant(const Lexeme& token) {
  if (token.text == "true" || token.text == "True") return make<Constant>(token.line, Value::boolean(true));
  if (token.text == "false" || token.text == "False") return make<Constant>(token.line, Value::boolean(false));
  if (token.text == "none" || token.text == "None") return make<Constant>(token.line, Value::none());
  return nullptr;
}

ExpressionPtr Parser::parse_strings() {
  const uint32_t line = current().line;
  std::string text;
  while (current().type == TokenType::kString) text += next().text;
  return make<Constant>(line, std::move(text));
}

ExpressionPtr Parser::parse_primary() {
  const Lexeme& token = current();
  switch (token.type) {
    case TokenType::kName: {
      next();
      ExpressionPtr constant = parse_named_constant(token);
      return constant != nullptr ? std::move(constant) : make<Name>(token.line, token.text);
    }
    case TokenType::kString:
      return parse_strings();
    case TokenType::kInteger:
      next();
      return make<Constant>(token.line, Value::integer(token.integer));
    case TokenType::kFloat:
      next();
      return make<Constant>(token.line, Value::real(token.real));
    default:
      break;
  }
  if (skip_operator("(")) {
    ExpressionPtr inner = parse_tuple(true, {}, true);
    expect_operator(")");
    return inner;
  }
  if (token.is_operator("[")) return parse_list();
  if (token.is_operator("{")) return parse_dict();
  fail_at(token.line, fmt::format("unexpected '{}'", describe(token)));
}

bool Parser::is_tuple_end(std::string_view end_name) const {
  return current().type == TokenType::kVariableEnd || current().type == TokenType::kBlockEnd ||
         current().is_operator(")") || (!end_name.empty() && current().is_name(end_name));
}

ExpressionPtr Parser::parse_tuple(bool with_conditional, std::string_view end_name, bool has_parentheses) {
  const uint32_t line = current().line;
  std::vector<ExpressionPtr> items;
  bool is_tuple = false;
  while (true) {
    if (!items.empty()) expect_operator(",");
    if (is_tuple_end(end_name)) break;
    items.push_back(with_conditional ? parse_expression() : parse_or());
    if (!current().is_operator(",")) break;
    is_tuple = true;
  }
  if (!is_tuple && !items.empty()) return std::move(items[0]);
  if (!is_tuple && !has_parentheses) {
    fail_at(current().line, fmt::format("Expected an expression, got '{}'", describe(current())));
  }
  return make<Listing>(line, Kind::kTuple, std::move(items));
}

ExpressionPtr Parser::parse_list() {
  const uint32_t line = next().line;
  std::vector<ExpressionPtr> items;
  while (!current().is_operator("]")) {
    if (!items.empty()) expect_operator(",");
    if (current().is_operator("]")) break;
    items.push_back(parse_expression());
  }
  next();
  return make<Listing>(line, Kind::kList, std::move(items));
}

ExpressionPtr Parser::parse_dict() {
  auto dict = std::make_unique<DictDisplay>(next().line);
  while (!current().is_operator("}")) {
    if (!dict->entries.empty()) expect_operator(",");
    if (current().is_operator("}")) break;
    ExpressionPtr key = parse_expression();
    expect_operator(":");
    dict->entries.emplace_back(std::move(key), parse_expression());
  }
  next();
  return made(std::move(dict));
}

ExpressionPtr Parser::parse_postfix(ExpressionPtr operand) {
  while (true) {
    if (current().is_operator(".") || current().is_operator("[")) {
      operand = parse_subscript(std::move(operand));
    } else if (current().is_operator("(")) {
      const uint32_t line = current().line;
      operand = make<Call>(line, std::move(operand), parse_arguments());
    } else {
      return operand;
    }
  }
}

ExpressionPtr Parser::parse_filters(ExpressionPtr operand) {
  while (true) {
    if (current().is_operator("|")) {
      operand = parse_filter(std::move(operand), false);
    } else if (current().is_name("is")) {
      operand = parse_test(std::move(operand));
    } else if (current().is_operator("(")) {
      const uint32_t line = current().line;
      operand = make<Call>(line, std::move(operand), parse_arguments());
    } else {
      return operand;
    }
  }
}

std::string Parser::parse_dotted_name() {
  std::string name = expect_name();
  while (skip_operator(".")) name += "." + expect_name();
  return name;
}

ExpressionPtr Parser::parse_filter(ExpressionPtr operand, bool starts_inline) {
  while (starts_inline || skip_operator("|")) {
    starts_inline = false;
    const uint32_t line = current().line;
    std::string name = parse_dotted_name();
    ArgumentList arguments = current().is_operator("(") ? parse_arguments() : ArgumentList{};
    operand = make<Filter>(line, std::move(operand), std::move(name), std::move(arguments), false);
  }
  return operand;
}

// An argument may follow without parentheses: x is divisibleby 3.
ArgumentList Parser::parse_test_arguments() {
  const Lexeme& token = current();
  if (token.is_operator("(")) return parse_arguments();
  const bool is_value = token.type == TokenType::kName || token.type == TokenType::kString ||
                        token.type == TokenType::kInteger || token.type == TokenType::kFloat ||
                        token.is_operator("[") || token.is_operator("{");
  ArgumentList arguments;
  if (!is_value || token.is_name("else") || token.is_name("or") || token.is_name("and")) return arguments;
  if (token.is_name("is")) fail_at(token.line, "You cannot chain multiple tests with is");
  arguments.positional.push_back(parse_postfix(parse_primary()));
  return arguments;
}

ExpressionPtr Parser::parse_test(ExpressionPtr operand) {
  const uint32_t line = next().line;
  const bool is_negated = skip_name("not");
  std::string name = parse_dotted_name();
  ExpressionPtr test = make<Filter>(line, std::move(operand), std::move(name), parse_test_arguments(), true);
  return is_negated ? make<Not>(line, std::move(test)) : std::move(test);
}

ExpressionPtr Parser::parse_subscript(ExpressionPtr operand) {
  const uint32_t line = current().line;
  if (!skip_operator(".")) {
    next();
    return parse_subscripted(std::move(operand), line);
  }
  const Lexeme& token = next();
  if (token.type == TokenType::kName) return make<Attribute>(line, std::move(operand), token.text);
  if (token.type != TokenType::kInteger) fail_at(token.line, "expected name or number");
  return make<Element>(line, std::move(operand), make<Constant>(line, Value::integer(token.integer)));
}

// After the "[" of x[y], x[a:b:c] or x[y, z].
ExpressionPtr Parser::parse_subscripted(ExpressionPtr operand, uint32_t line) {
  std::vector<ExpressionPtr> items;
  auto slice = std::make_unique<Slice>(line);
  bool is_slice = false;
  while (!current().is_operator("]")) {
    if (is_slice) fail_at(line, "a slice cannot stand beside other indices");
    if (!items.empty()) expect_operator(",");
    ExpressionPtr first = current().is_operator(":") ? nullptr : parse_expression();
    is_slice = current().is_operator(":");
    if (!is_slice) {
      items.push_back(std::move(first));
      continue;
    }
    if (!items.empty()) fail_at(line, "a slice cannot stand beside other indices");
    slice->begin = std::move(first);
    const auto bound = [&]() -> ExpressionPtr {
      const bool is_absent = current().is_operator(":") || current().is_operator("]") || current().is_operator(",");
      return is_absent ? nullptr : parse_expression();
    };
    next();
    slice->end = bound();
    if (skip_operator(":")) slice->step = bound();
  }
  next();
  if (is_slice) {
    slice->object = std::move(operand);
    return made(std::move(slice));
  }
  ExpressionPtr element = items.size() == 1 ? std::move(items[0]) : make<Listing>(line, Kind::kTuple, std::move(items));
  return make<Element>(line, std::move(operand), std::move(element));
}

ArgumentList Parser::parse_arguments() {
  const uint32_t line = current().line;
  ArgumentList list;
  expect_operator("(");
  for (bool is_first = true; !current().is_operator(")"); is_first = false) {
    if (!is_first) {
      expect_operator(",");
      if (current().is_operator(")")) break;
    }
    parse_argument(list, line);
  }
  next();
  return list;
}

void Parser::parse_argument(ArgumentList& list, uint32_t line) {
  const auto ensure = [&](bool is_valid) {
    if (!is_valid) fail_at(line, "invalid syntax for function call expression");
  };
  if (skip_operator("*")) {
    ensure(list.more_positional == nullptr && list.more_keywords == nullptr);
    list.more_positional = parse_expression();
  } else if (skip_operator("**")) {
    ensure(list.more_keywords == nullptr);
    list.more_keywords = parse_expression();
  } else if (current().type == TokenType::kName && following().is_operator("=")) {
    ensure(list.more_keywords == nullptr);
    std::string name = next().text;
    next();
    list.keywords.emplace_back(std::move(name), parse_expression());
  } else {
    ensure(list.more_positional == nullptr && list.more_keywords == nullptr && list.keywords.empty());
    list.positional.push_back(parse_expression());
  }
}

}  // namespace hone::text::jinja
