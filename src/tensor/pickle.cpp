// A pickle is a program for a stack machine. This machine executes the opcodes that make data, and only records calls.
#include "tensor/pickle.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <unordered_map>

#include "base/error.h"

namespace hone::tensor {

namespace {

static_assert(std::endian::native == std::endian::little, "pickled numbers are read as they lie");

// A state dict needs about a hundred bytes per tensor; the values are stored elsewhere.
constexpr size_t kMaxPickleBytes = size_t{1} << 24;

class PickleReader {
 public:
  PickleReader(std::string_view bytes, std::span<const std::string_view> allowed, const std::string& source,
               std::deque<PickleValue>& values)
      : bytes_(bytes), allowed_(allowed), source_(source), values_(values) {}

  const PickleValue* read() {
    if (bytes_.size() > kMaxPickleBytes) throw broken(fmt::format("a pickle of {} bytes is too long", bytes_.size()));
    while (!done_) {
      const auto opcode = number<uint8_t>();
      const auto* row =
          std::find_if(kOpcodes.begin(), kOpcodes.end(), [&](const Row& r) { return r.opcode == opcode; });
      if (row == kOpcodes.end()) {
        throw Error(ErrorKind::kUnsupported,
                    fmt::format("{}: pickle opcode 0x{:02x} at byte {}", source_, opcode, place_ - 1),
                    "hone reads state dicts as torch.save writes them; save the weights as safetensors");
      }
      (this->*row->read)();
    }
    return top();
  }

 private:
  struct Row {
    uint8_t opcode;
    void (PickleReader::*read)();
  };

  Error broken(const std::string& what) const {
    return Error(ErrorKind::kInput, fmt::format("{}: {} (pickle byte {})", source_, what, place_),
                 "the file is damaged, or torch.save did not write it");
  }

  std::string_view take(uint64_t size) {
    if (size > bytes_.size() - place_) throw broken("the pickle is truncated");
    place_ += size;
    return bytes_.substr(place_ - size, size);
  }

  template <typename T>
  T number() {
    T value;
    const std::string_view bytes = take(sizeof value);
    std::memcpy(&value, bytes.data(), bytes.size());
    return value;
  }

  std::string_view line() {
    const size_t end = bytes_.find('\n', place_);
    if (end == std::string_view::npos) throw broken("the pickle is truncated");
    const std::string_view text = take(end - place_);
    take(1);
    return text;
  }

  PickleValue& push(PickleKind kind) {
    PickleValue& value = values_.emplace_back();
    value.kind = kind;
    stack_.push_back(&value);
    return value;
  }

  PickleValue* top() {
    if (stack_.empty() || (!marks_.empty() && marks_.back() == stack_.size())) throw broken("the stack is empty");
    return stack_.back();
  }

  PickleValue* pop() {
    PickleValue* value = top();
    stack_.pop_back();
    return value;
  }

  // Removes and returns all values above the last mark; removes the mark.
  std::vector<const PickleValue*> pop_to_mark() {
    if (marks_.empty()) throw broken("there is no mark on the stack");
    const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<const PickleValue*> items(first, stack_.end());
    stack_.erase(first, stack_.end());
    marks_.pop_back();
    return items;
  }

  void push_tuple(size_t size) {
    std::vector<const PickleValue*> items(size);
    for (size_t i = size; i > 0; --i) items[i - 1] = pop();
    push(PickleKind::kTuple).items = std::move(items);
  }

  void push_integer(int64_t value) { push(PickleKind::kInteger).integer = value; }
  void push_text(uint64_t size) { push(PickleKind::kText).text = std::string(take(size)); }
  void remember(uint32_t index) { memo_[index] = top(); }

  void recall(uint32_t index) {
    const auto found = memo_.find(index);
    if (found == memo_.end()) throw broken(fmt::format("the memo has no entry {}", index));
    stack_.push_back(found->second);
  }

  void push_global(std::string_view module, std::string_view name) {
    std::string global = fmt::format("{} {}", module, name);
    if (std::find(allowed_.begin(), allowed_.end(), global) == allowed_.end()) {
      throw Error(ErrorKind::kUnsupported,
                  fmt::format("{}: the file asks for the Python object {}.{}", source_, module, name),
                  "hone executes nothing in a weight file, and reads only state dicts of tensors: use safetensors");
    }
    push(PickleKind::kGlobal).text = std::move(global);
  }

  // Appends to a container on the stack; the result of a call takes items too.
  void extend(const std::vector<const PickleValue*>& items, PickleKind kind) {
    PickleValue* container = top();
    if (container->kind != kind && container->kind != PickleKind::kCall) throw broken("items without their container");
    if (kind == PickleKind::kDict && items.size() % 2 != 0) throw broken("a key without its value");
    container->items.insert(container->items.end(), items.begin(), items.end());
  }

  void read_protocol() {
    const auto protocol = number<uint8_t>();
    if (protocol < 2 || protocol > 5) throw broken(fmt::format("protocol {} is not one of 2 to 5", protocol));
  }
  void read_frame() { take(sizeof(uint64_t)); }
  void read_stop() { done_ = true; }
  void read_mark() { marks_.push_back(stack_.size()); }
  void read_none() { push(PickleKind::kNone); }
  void read_true() { push(PickleKind::kFlag).integer = 1; }
  void read_false() { push(PickleKind::kFlag).integer = 0; }
  void read_integer1() { push_integer(number<uint8_t>()); }
  void read_integer2() { push_integer(number<uint16_t>()); }
  void read_integer4() { push_integer(number<int32_t>()); }
  void read_long() {
    const std::string_view digits = take(number<uint8_t>());
    if (digits.size() > sizeof(int64_t)) throw broken("a number has more than 64 bits");
    uint64_t value = !digits.empty() && (digits.back() & 0x80) != 0 ? ~uint64_t{0} : 0;
    std::memcpy(&value, digits.data(), digits.size());
    push_integer(static_cast<int64_t>(value));
  }
  void read_float() {
    uint64_t bits = __builtin_bswap64(number<uint64_t>());  // the only big-endian number of the format
    push(PickleKind::kNumber).number = std::bit_cast<double>(bits);
  }
  void read_text1() { push_text(number<uint8_t>()); }
  void read_text4() { push_text(number<uint32_t>()); }
  void read_empty_tuple() { push(PickleKind::kTuple); }
  void read_tuple1() { push_tuple(1); }
  void read_tuple2() { push_tuple(2); }
  void read_tuple3() { push_tuple(3); }
  void read_tuple() {
    std::vector<const PickleValue*> items = pop_to_mark();
    push(PickleKind::kTuple).items = std::move(items);
  }
  void read_empty_list() { push(PickleKind::kList); }
  void read_empty_dict() { push(PickleKind::kDict); }
  void read_append() {
    const PickleValue* item = pop();
    extend({item}, PickleKind::kList);
  }
  void read_appends() { extend(pop_to_mark(), PickleKind::kList); }
  void read_set_item() {
    const PickleValue* value = pop();
    const PickleValue* key = pop();
    extend({key, value}, PickleKind::kDict);
  }
  void read_set_items() { extend(pop_to_mark(), PickleKind::kDict); }
  void read_put1() { remember(number<uint8_t>()); }
  void read_put4() { remember(number<uint32_t>()); }
  void read_memoize() { remember(static_cast<uint32_t>(memo_.size())); }
  void read_get1() { recall(number<uint8_t>()); }
  void read_get4() { recall(number<uint32_t>()); }
  void read_global() {
    const std::string_view module = line();
    push_global(module, line());
  }
  void read_stack_global() {
    const PickleValue* name = pop();
    const PickleValue* module = pop();
    if (name->kind != PickleKind::kText || module->kind != PickleKind::kText) throw broken("a global without a name");
    push_global(module->text, name->text);
  }
  void read_reduce() {
    const PickleValue* arguments = pop();
    const PickleValue* callee = pop();
    if (callee->kind != PickleKind::kGlobal || arguments->kind != PickleKind::kTuple)
      throw broken("a call of no function");
    PickleValue& call = push(PickleKind::kCall);
    call.callee = callee;
    call.arguments = arguments;
  }
  // Ignores the state of an object (a state dict's _metadata).
  void read_build() {
    pop();
    top();
  }
  void read_persistent() {
    const PickleValue* id = pop();
    push(PickleKind::kPersistent).arguments = id;
  }

  static constexpr std::array kOpcodes{
      Row{0x80, &PickleReader::read_protocol},   Row{0x95, &PickleReader::read_frame},
      Row{'.', &PickleReader::read_stop},        Row{'(', &PickleReader::read_mark},
      Row{'N', &PickleReader::read_none},        Row{0x88, &PickleReader::read_true},
      Row{0x89, &PickleReader::read_false},      Row{'K', &PickleReader::read_integer1},
      Row{'M', &PickleReader::read_integer2},    Row{'J', &PickleReader::read_integer4},
      Row{0x8a, &PickleReader::read_long},       Row{'G', &PickleReader::read_float},
      Row{0x8c, &PickleReader::read_text1},      Row{'X', &PickleReader::read_text4},
      Row{')', &PickleReader::read_empty_tuple}, Row{0x85, &PickleReader::read_tuple1},
      Row{0x86, &PickleReader::read_tuple2},     Row{0x87, &PickleReader::read_tuple3},
      Row{'t', &PickleReader::read_tuple},       Row{']', &PickleReader::read_empty_list},
      Row{'}', &PickleReader::read_empty_dict},  Row{'a', &PickleReader::read_append},
      Row{'e', &PickleReader::read_appends},     Row{'s', &PickleReader::read_set_item},
      Row{'u', &PickleReader::read_set_items},   Row{'q', &PickleReader::read_put1},
      Row{'r', &PickleReader::read_put4},        Row{0x94, &PickleReader::read_memoize},
      Row{'h', &PickleReader::read_get1},        Row{'j', &PickleReader::read_get4},
      Row{'c', &PickleReader::read_global},      Row{0x93, &PickleReader::read_stack_global},
      Row{'R', &PickleReader::read_reduce},      Row{'b', &PickleReader::read_build},
      Row{'Q', &PickleReader::read_persistent},
  };

  std::string_view bytes_;
  std::span<const std::string_view> allowed_;
  const std::string& source_;
  std::deque<PickleValue>& values_;
  std::vector<PickleValue*> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint32_t, PickleValue*> memo_;
  size_t place_ = 0;
  bool done_ = false;
};

}  // namespace

Pickle::Pickle(std::string_view bytes, std::span<const std::string_view> allowed, const std::string& source) {
  root_ = PickleReader(bytes, allowed, source, values_).read();
}

}  // namespace hone::tensor
