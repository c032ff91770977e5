#include "tensor/pickle.h"

#include <doctest/doctest.h>

#include <array>

#include "expect_error.h"

namespace pickle_test {

using namespace hone;
using tensor::Pickle;
using tensor::PickleKind;

constexpr std::array<std::string_view, 1> kAllowed{"collections OrderedDict"};
const std::string kSource = "x.bin";

std::string text(std::string_view bytes) { return std::string(bytes); }

std::string message_of(std::string_view bytes) {
  return expect_error([&] { Pickle(bytes, kAllowed, kSource); }).what();
}

// The bytes are those of Python's pickle.dumps(value, protocol=2).
TEST_CASE("values of every supported type are read") {
  using namespace std::string_view_literals;
  // {'a': 1, 'b': -300, 'c': [True, False, None], 'd': (1.5, 'x'), 'e': 2**40}
  const auto bytes =
      "\x80\x02}q\x00(X\x01\x00\x00\x00"
      "aq\x01K\x01X\x01\x00\x00\x00"
      "bq\x02J\xd4\xfe\xff\xffX\x01\x00\x00\x00"
      "cq\x03]q\x04"
      "(\x88\x89NeX\x01\x00\x00\x00"
      "dq\x05G?\xf8\x00\x00\x00\x00\x00\x00X\x01\x00\x00\x00xq\x06\x86q\x07X\x01\x00\x00\x00"
      "eq\x08"
      "\x8a\x06\x00\x00\x00\x00\x00\x01u."sv;
  const Pickle pickle(bytes, kAllowed, kSource);
  const auto& items = pickle.root().items;
  REQUIRE(pickle.root().kind == PickleKind::kDict);
  REQUIRE(items.size() == 10);
  CHECK(items[0]->text == "a");
  CHECK(items[1]->integer == 1);
  CHECK(items[3]->integer == -300);
  CHECK(items[5]->kind == PickleKind::kList);
  CHECK(items[5]->items[0]->integer == 1);
  CHECK(items[5]->items[2]->kind == PickleKind::kNone);
  CHECK(items[7]->items[0]->number == 1.5);
  CHECK(items[9]->integer == int64_t{1} << 40);
}

TEST_CASE("an allowed call is recorded, not executed") {
  using namespace std::string_view_literals;
  const auto bytes =
      "\x80\x02"
      "ccollections\nOrderedDict\nq\x00)Rq\x01K\x01K\x02s."sv;
  const Pickle pickle(bytes, kAllowed, kSource);
  CHECK(pickle.root().kind == PickleKind::kCall);
  CHECK(pickle.root().callee->text == "collections OrderedDict");
  CHECK(pickle.root().items.size() == 2);
}

TEST_CASE("a pickle that names any other function is refused") {
  using namespace std::string_view_literals;
  const auto bytes =
      "\x80\x02"
      "cposix\nsystem\nX\x02\x00\x00\x00ls\x85R."sv;
  const Error error = expect_error([&] { Pickle(bytes, kAllowed, kSource); });
  CHECK(error.kind() == ErrorKind::kUnsupported);
  CHECK(contains(error.what(), "the file asks for the Python object posix.system"));
  CHECK(contains(error.hint(), "executes nothing"));
  CHECK(contains(message_of("\x80\x04\x8c\x02os\x8c\x06system\x93."sv), "os.system"));
}

TEST_CASE("opcodes that create other objects are refused") {
  CHECK(contains(message_of("\x80\x02i"), "pickle opcode 0x69 at byte 2"));
}

TEST_CASE("malformed pickles are errors") {
  using namespace std::string_view_literals;
  CHECK(contains(message_of(""), "truncated"));
  CHECK(contains(message_of("\x80\x02"), "truncated"));
  CHECK(contains(message_of("\x80\x02X\xff\xff\xff\xff"sv), "truncated"));
  CHECK(contains(message_of("\x80\x02"
                            "cposix"),
                 "truncated"));
  CHECK(contains(message_of("\x80\x01."), "protocol 1"));
  CHECK(contains(message_of("\x80\x02."), "the stack is empty"));
  CHECK(contains(message_of("\x80\x02N(."), "the stack is empty"));
  CHECK(contains(message_of("\x80\x02t."), "no mark"));
  CHECK(contains(message_of("\x80\x02h\x05."), "the memo has no entry 5"));
  CHECK(contains(message_of("\x80\x02NNa."), "items without their container"));
  CHECK(contains(message_of("\x80\x02}(Nu."), "a key without its value"));
  CHECK(contains(message_of("\x80\x02NNR."), "a call of no function"));
  CHECK(contains(message_of("\x80\x02NN\x93."), "a global without a name"));
  CHECK(contains(message_of(text("\x80\x02\x8a\x09") + std::string(9, '\1') + "."), "more than 64 bits"));
  CHECK(contains(message_of(std::string((size_t{1} << 24) + 1, 'N')), "too long"));
}

TEST_CASE("a container may contain itself") {
  const Pickle pickle(
      "\x80\x02]q\x01h\x01"
      "a.",
      kAllowed, kSource);
  CHECK(pickle.root().items[0] == &pickle.root());
}

}  // namespace pickle_test
