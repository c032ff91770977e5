#include "text/sentence_piece_file.h"

#include <cstring>

#include "expect_error.h"

namespace hone::text {

namespace {

std::string field_of(int number, std::string_view bytes) {
  std::string result;
  result += static_cast<char>(number << 3 | 2);
  result += static_cast<char>(bytes.size());
  return result += bytes;
}

std::string number_field(int number, uint8_t value) {
  std::string result;
  for (int tag = number << 3;; tag >>= 7) {
    const bool is_last = tag < 0x80;
    result += static_cast<char>((tag & 0x7F) | (is_last ? 0 : 0x80));
    if (is_last) break;
  }
  return result += static_cast<char>(value);
}

std::string piece_bytes(const std::string& piece, float score, uint8_t type) {
  std::string score_bytes(4, '\0');
  std::memcpy(score_bytes.data(), &score, 4);
  return field_of(1, field_of(1, piece) + std::string(1, 2 << 3 | 5) + score_bytes + number_field(3, type));
}

Error piece_error(const std::string& bytes) {
  return expect_error([&] { parse_sentence_piece_file(bytes, "spiece.model"); });
}

}  // namespace

TEST_CASE("pieces, settings and the charsmap are read; unknown fields are skipped") {
  const std::string bytes = piece_bytes("<unk>", 0, 2) +
                            piece_bytes(
                                "\xE2\x96\x81"
                                "a",
                                -1.5, 1) +
                            field_of(9, "new") +
                            field_of(2, number_field(3, 2) + number_field(35, 1) + number_field(40, 0)) +
                            field_of(3, field_of(1, "nmt") + field_of(2, "map") + number_field(3, 0));
  const SentencePieceFile file = parse_sentence_piece_file(bytes, "spiece.model");
  REQUIRE(file.pieces.size() == 2);
  CHECK(file.pieces[0].type == SentencePiece::Type::kUnknown);
  CHECK(file.pieces[1].piece ==
        "\xE2\x96\x81"
        "a");
  CHECK(file.pieces[1].score == -1.5F);
  CHECK(file.kind == SentencePieceFile::Kind::kBpe);
  CHECK(file.byte_fallback);
  CHECK(file.precompiled_charsmap == "map");
  CHECK_FALSE(file.add_dummy_prefix);
  CHECK(file.remove_extra_whitespaces);
}

TEST_CASE("an id of -1 says that there is no such token") {
  const std::string minus_one = "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01";
  std::string bos = number_field(41, 0);
  bos.pop_back();
  const auto file = parse_sentence_piece_file(piece_bytes("a", 0, 1) + field_of(2, bos + minus_one), "spiece.model");
  CHECK(file.bos_id == -1);
}

TEST_CASE("a file that is cut short, lies about sizes or is another one is an error with its place") {
  const std::string bytes = piece_bytes("<unk>", 0, 2) + piece_bytes("a", -1, 1);
  for (size_t length = 1; length < bytes.size(); ++length) {
    if (length == piece_bytes("<unk>", 0, 2).size()) continue;
    CHECK(piece_error(bytes.substr(0, length)).kind() == ErrorKind::kInput);
  }
  CHECK(contains(piece_error("").what(), "the file has no pieces"));
  CHECK(contains(piece_error("\x0A\x7F"
                             "abc")
                     .what(),
                 "spiece.model: byte 2: a field of 127 bytes is cut short: the file has 3 more"));
  CHECK(contains(piece_error(std::string("\x0B")).what(), "the wire type 3 is unknown"));
  CHECK(contains(piece_error(std::string(11, '\xFF')).what(), "a number has more than 10 bytes"));
  CHECK(contains(piece_error(piece_bytes("a", 0, 7)).what(), "the type 7 of a piece is unknown"));
  CHECK(piece_error(piece_bytes("\xFF", 0, 1)).kind() == ErrorKind::kInput);
}

}  // namespace hone::text
