// The part of the parser that reads statements.
#include <algorithm>

#include "text/jinja/loop.h"
#include "text/jinja/parser.h"

namespace hone::text::jinja {

namespace {

constexpr std::string_view kEndFor[] = {"endfor"}, kForEnds[] = {"endfor", "else"}, kEndIf[] = {"endif"},
                           kIfEnds[] = {"elif", "else", "endif"}, kEndSet[] = {"endset"}, kEndWith[] = {"endwith"},
                           kEndMacro[] = {"endmacro"}, kEndCall[] = {"endcall"}, kEndFilter[] = {"endfilter"},
                           kEndGeneration[] = {"endgeneration"}, kEndAutoescape[] = {"endautoescape"};

std::string joined_tags(std::span<const std::string_view> tags) {
  std::string text;
  for (const std::string_view tag : tags) text += fmt::format("{}'{}'", text.empty() ? "" : " or ", tag);
  return text;
}

}  // namespace

struct Parser::Row {
  std::string_view tag;
  std::unique_ptr<Statement> (Parser::*parse)(uint32_t line);
};

const Parser::Row Parser::kStatements[] = {
    {"set", &Parser::parse_set},
    {"for", &Parser::parse_for},
    {"if", &Parser::parse_if},
    {"with", &Parser::parse_with},
    {"macro", &Parser::parse_macro},
    {"call", &Parser::parse_call},
    {"filter", &Parser::parse_filter_block},
    {"generation", &Parser::parse_generation},
    {"print", &Parser::parse_print},
    {"break", &Parser::parse_break},
    {"continue", &Parser::parse_continue},
    {"autoescape", &Parser::parse_autoescape},
    {"block", &Parser::refuse_files},
    {"extends", &Parser::refuse_files},
    {"include", &Parser::refuse_files},
    {"import", &Parser::refuse_files},
    {"from", &Parser::refuse_files},
};

void Parser::parse_data(Body& body) {
  auto output = std::make_unique<Output>(current().line);
  while (true) {
    if (current().type == TokenType::kData) {
      output->parts.push_back(make<Constant>(current().line, current().text));
      next();
    } else if (current().type == TokenType::kVariableBegin) {
      next();
      output->parts.push_back(parse_tuple(true, {}, false));
      expect(TokenType::kVariableEnd, "end of print statement");
    } else {
      break;
    }
  }
  body.push_back(std::move(output));
}

// Reads statements until one of the end tags, whose name is then the current token, or the end of the template.
Body Parser::parse_body(EndTags end_tags) {
  Body body;
  end_tags_.push_back(end_tags);
  while (current().type != TokenType::kEnd) {
    if (current().type != TokenType::kBlockBegin) {
      parse_data(body);
      continue;
    }
    next();
    const bool is_end = current().type == TokenType::kName &&
                        std::find(end_tags.begin(), end_tags.end(), current().text) != end_tags.end();
    if (is_end) break;
    body.push_back(parse_statement());
    expect(TokenType::kBlockEnd, "end of statement block");
  }
  end_tags_.pop_back();
  return body;
}

// Reads the end of an opening tag, and the statements up to an end tag.
Body Parser::parse_block(EndTags end_tags) {
  skip_operator(":");
  expect(TokenType::kBlockEnd, "end of statement block");
  Body body = parse_body(end_tags);
  if (current().type == TokenType::kEnd) {
    fail_at(current().line,
            fmt::format("Unexpected end of template. Jinja was looking for the following tags: {}. The innermost block "
                        "that needs to be closed is '{}'.",
                        joined_tags(end_tags), open_tags_.empty() ? "" : open_tags_.back()));
  }
  return body;
}

void Parser::fail_tag(const std::string& tag, uint32_t line) const {
  std::string message = fmt::format("Encountered unknown tag '{}'.", tag);
  const EndTags wanted = end_tags_.empty() ? EndTags() : end_tags_.back();
  if (!wanted.empty()) message += fmt::format(" Jinja was looking for the following tags: {}.", joined_tags(wanted));
  if (!open_tags_.empty()) {
    message += fmt::format(" The innermost block that needs to be closed is '{}'.", open_tags_.back());
  }
  fail_at(line, message);
}

std::unique_ptr<Statement> Parser::parse_statement() {
  const Lexeme& token = current();
  if (token.type != TokenType::kName) fail_at(token.line, "tag name expected");
  const Row* row =
      std::find_if(std::begin(kStatements), std::end(kStatements), [&](const Row& r) { return r.tag == token.text; });
  if (row == std::end(kStatements)) fail_tag(token.text, token.line);
  if (++block_depth_ > kMaxBlockDepth) fail_at(token.line, fmt::format("blocks nest deeper than {}", kMaxBlockDepth));
  open_tags_.push_back(token.text);
  next();
  std::unique_ptr<Statement> statement = (this->*row->parse)(token.line);
  open_tags_.pop_back();
  --block_depth_;
  return statement;
}

Target Parser::parse_target_part(bool with_attributes) {
  Target target;
  target.line = current().line;
  if (skip_operator("(")) {
    if (++expression_depth_ > kMaxExpressionDepth) fail_at(target.line, "targets nest too deeply");
    target = parse_target(false, {});
    expect_operator(")");
    --expression_depth_;
    return target;
  }
  const Lexeme& token = current();
  if (token.type != TokenType::kName || parse_named_constant(token) != nullptr) {
    fail_at(token.line, fmt::format("can't assign to '{}'", describe(token)));
  }
  target.name = next().text;
  if (with_attributes && skip_operator(".")) {
    target.form = Target::Form::kAttribute;
    target.attribute = expect_name();
  }
  return target;
}

Target Parser::parse_target(bool with_attributes, std::string_view end_name) {
  Target tuple;
  tuple.form = Target::Form::kTuple;
  tuple.line = current().line;
  bool is_tuple = false;
  while (true) {
    if (!tuple.items.empty()) expect_operator(",");
    if (is_tuple_end(end_name)) break;
    tuple.items.push_back(parse_target_part(with_attributes));
    if (!current().is_operator(",")) break;
    is_tuple = true;
  }
  if (is_tuple) return tuple;
  if (tuple.items.empty()) {
    fail_at(current().line, fmt::format("Expected an expression, got '{}'", describe(current())));
  }
  Target target = std::move(tuple.items[0]);
  return target;
}

std::unique_ptr<Statement> Parser::parse_set(uint32_t line) {
  Target target = parse_target(true, {});
  if (skip_operator("=")) {
    auto assign = std::make_unique<Assign>(line);
    assign->target = std::move(target);
    assign->value = parse_tuple(true, {}, false);
    return assign;
  }
  auto block = std::make_unique<AssignBlock>(line);
  block->target = std::move(target);
  ExpressionPtr filter = parse_filter(nullptr, false);
  block->filter.reset(static_cast<Filter*>(filter.release()));
  block->body = parse_block(kEndSet);
  next();
  return block;
}

std::unique_ptr<Statement> Parser::parse_for(uint32_t line) {
  auto loop = std::make_unique<For>(line);
  loop->target = parse_target(false, "in");
  if (!skip_name("in")) fail_expected("in");
  loop->iterable = parse_tuple(false, "recursive", false);
  if (skip_name("if")) loop->test = parse_expression();
  loop->is_recursive = skip_name("recursive");
  ++loop_depth_;
  loop->body = parse_block(kForEnds);
  --loop_depth_;
  if (next().text == "else") {
    loop->otherwise = parse_block(kEndFor);
    next();
  }
  return loop;
}

std::unique_ptr<Statement> Parser::parse_if(uint32_t line) {
  auto node = std::make_unique<If>(line);
  while (true) {
    ExpressionPtr condition = parse_tuple(false, {}, false);
    node->branches.push_back({std::move(condition), parse_block(kIfEnds)});
    const std::string tag = next().text;
    if (tag == "elif") continue;
    if (tag == "else") {
      node->otherwise = parse_block(kEndIf);
      next();
    }
    return node;
  }
}

std::unique_ptr<Statement> Parser::parse_with(uint32_t line) {
  auto with = std::make_unique<With>(line);
  while (current().type != TokenType::kBlockEnd) {
    if (!with->targets.empty()) expect_operator(",");
    with->targets.push_back(parse_target(false, {}));
    expect_operator("=");
    with->values.push_back(parse_expression());
  }
  with->body = parse_block(kEndWith);
  next();
  return with;
}

std::unique_ptr<Statement> Parser::parse_autoescape(uint32_t line) {
  auto with = std::make_unique<With>(line);
  const ExpressionPtr value = parse_expression();
  const auto* constant = dynamic_cast<const Constant*>(value.get());
  if (constant == nullptr || is_true(constant->value)) {
    fail_at(line, "only {% autoescape false %} is supported: chats are not HTML");
  }
  with->body = parse_block(kEndAutoescape);
  next();
  return with;
}

void Parser::parse_parameters(MacroCode& code) {
  expect_operator("(");
  bool has_fallback = false;
  while (!current().is_operator(")")) {
    if (!code.parameters.empty()) expect_operator(",");
    MacroCode::Parameter parameter{expect_name(), nullptr};
    if (skip_operator("=")) {
      parameter.fallback = parse_expression();
      has_fallback = true;
    } else if (has_fallback) {
      fail_at(current().line, "non-default argument follows default argument");
    }
    code.parameters.push_back(std::move(parameter));
  }
  next();
}

// The body of a macro is a function of its own, so a loop around it cannot be left from inside.
Body Parser::parse_macro_body(EndTags end_tags) {
  const uint32_t outer_loops = std::exchange(loop_depth_, 0);
  Body body = parse_block(end_tags);
  next();
  loop_depth_ = outer_loops;
  return body;
}

std::unique_ptr<Statement> Parser::parse_macro(uint32_t line) {
  auto macro = std::make_unique<MacroStatement>(line);
  macro->code.line = line;
  macro->code.name = expect_name();
  parse_parameters(macro->code);
  macro->code.body = parse_macro_body(kEndMacro);
  return macro;
}

std::unique_ptr<Statement> Parser::parse_call(uint32_t line) {
  auto block = std::make_unique<CallBlock>(line);
  block->code.line = line;
  if (current().is_operator("(")) parse_parameters(block->code);
  ExpressionPtr call = parse_expression();
  if (dynamic_cast<const Call*>(call.get()) == nullptr) fail_at(line, "expected call");
  block->call.reset(static_cast<Call*>(call.release()));
  block->code.body = parse_macro_body(kEndCall);
  return block;
}

std::unique_ptr<Statement> Parser::parse_generation(uint32_t line) {
  auto block = std::make_unique<CallBlock>(line);
  block->code.line = line;
  block->code.body = parse_macro_body(kEndGeneration);
  return block;
}

std::unique_ptr<Statement> Parser::parse_filter_block(uint32_t line) {
  auto block = std::make_unique<FilterBlock>(line);
  ExpressionPtr filter = parse_filter(nullptr, true);
  block->filter.reset(static_cast<Filter*>(filter.release()));
  block->body = parse_block(kEndFilter);
  next();
  return block;
}

std::unique_ptr<Statement> Parser::parse_print(uint32_t line) {
  auto output = std::make_unique<Output>(line);
  while (current().type != TokenType::kBlockEnd) {
    if (!output->parts.empty()) expect_operator(",");
    output->parts.push_back(parse_expression());
  }
  return output;
}

std::unique_ptr<Statement> Parser::parse_jump(uint32_t line, Flow flow) {
  if (loop_depth_ == 0) {
    fail_at(line, fmt::format("'{}' outside of a loop", flow == Flow::kBreak ? "break" : "continue"));
  }
  return std::make_unique<Jump>(line, flow);
}

std::unique_ptr<Statement> Parser::refuse_files(uint32_t line) {
  fail_at(line, fmt::format("the tag '{}' is not supported: a chat template is a single file", open_tags_.back()));
}

}  // namespace hone::text::jinja
