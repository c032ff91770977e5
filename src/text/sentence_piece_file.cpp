#include "text/sentence_piece_file.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>

#include "base/error.h"
#include "base/utf8.h"

namespace hone::text {

namespace {

// A field of a message: a number (of the wire types varint, fixed32 and fixed64), or bytes.
struct WireField {
  uint64_t number = 0;  // of the field
  uint64_t value = 0;
  std::string_view bytes;
};

// Reads the fields of a message one after another.
class WireReader {
 public:
  // `bytes` is a part of `file`.
  WireReader(std::string_view bytes, std::string_view file, const std::string& source)
      : bytes_(bytes), file_(file), source_(source) {}

  bool next(WireField& field) {
    if (bytes_.empty()) return false;
    const uint64_t tag = varint();
    field = {.number = tag >> 3};
    switch (tag & 7) {
      case 0:
        field.value = varint();
        return true;
      case 1:
        field.value = fixed<uint64_t>();
        return true;
      case 2:
        field.bytes = take(varint());
        return true;
      case 5:
        field.value = fixed<uint32_t>();
        return true;
      default:
        throw wrong(fmt::format("the wire type {} is unknown", tag & 7));
    }
  }

  WireReader inside(const WireField& field) const { return {field.bytes, file_, source_}; }

  Error wrong(const std::string& what) const {
    const auto place = static_cast<size_t>(bytes_.data() - file_.data());
    return Error(ErrorKind::kInput, fmt::format("{}: byte {}: {}", source_, place, what),
                 "it must be a model file of SentencePiece; download the model again");
  }

 private:
  std::string_view take(uint64_t size) {
    if (size > bytes_.size()) {
      throw wrong(fmt::format("a field of {} bytes is cut short: the file has {} more", size, bytes_.size()));
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  uint64_t varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    throw wrong("a number has more than 10 bytes");
  }

  template <typename T>
  T fixed() {
    T value;
    std::memcpy(&value, take(sizeof(T)).data(), sizeof(T));
    return value;
  }

  std::string_view bytes_, file_;
  const std::string& source_;
};

int64_t id_of(const WireField& field) { return static_cast<int32_t>(field.value); }

SentencePiece read_piece(WireReader reader) {
  SentencePiece piece;
  for (WireField field; reader.next(field);) {
    if (field.number == 1) piece.piece = field.bytes;
    if (field.number == 2) piece.score = std::bit_cast<float>(static_cast<uint32_t>(field.value));
    if (field.number != 3) continue;
    if (field.value < 1 || field.value > 6)
      throw reader.wrong(fmt::format("the type {} of a piece is unknown", field.value));
    piece.type = static_cast<SentencePiece::Type>(field.value);
  }
  return piece;
}

void read_trainer(WireReader reader, SentencePieceFile& file) {
  for (WireField field; reader.next(field);) {
    switch (field.number) {
      case 3:
        if (field.value < 1 || field.value > 4)
          throw reader.wrong(fmt::format("model_type {} is unknown", field.value));
        file.kind = static_cast<SentencePieceFile::Kind>(field.value);
        break;
      case 24:
        file.treat_whitespace_as_suffix = field.value != 0;
        break;
      case 35:
        file.byte_fallback = field.value != 0;
        break;
      case 40:
        file.unk_id = id_of(field);
        break;
      case 41:
        file.bos_id = id_of(field);
        break;
      case 42:
        file.eos_id = id_of(field);
        break;
      case 43:
        file.pad_id = id_of(field);
        break;
      case 45:
        file.unk_piece = field.bytes;
        break;
      case 46:
        file.bos_piece = field.bytes;
        break;
      case 47:
        file.eos_piece = field.bytes;
        break;
      default:
        break;
    }
  }
}

void read_normalizer(WireReader reader, SentencePieceFile& file) {
  for (WireField field; reader.next(field);) {
    switch (field.number) {
      case 2:
        file.precompiled_charsmap = field.bytes;
        break;
      case 3:
        file.add_dummy_prefix = field.value != 0;
        break;
      case 4:
        file.remove_extra_whitespaces = field.value != 0;
        break;
      case 5:
        file.escape_whitespaces = field.value != 0;
        break;
      default:
        break;
    }
  }
}

}  // namespace

SentencePieceFile parse_sentence_piece_file(std::string_view bytes, const std::string& source) {
  SentencePieceFile file;
  WireReader reader(bytes, bytes, source);
  for (WireField field; reader.next(field);) {
    switch (field.number) {
      case 1:
        file.pieces.push_back(read_piece(reader.inside(field)));
        break;
      case 2:
        read_trainer(reader.inside(field), file);
        break;
      case 3:
        read_normalizer(reader.inside(field), file);
        break;
      default:
        break;
    }
  }
  if (file.pieces.empty()) throw reader.wrong("the file has no pieces");
  for (const std::string& piece : {file.unk_piece, file.bos_piece, file.eos_piece}) {
    check_utf8(piece, fmt::format("{}: the name of a special piece", source));
  }
  for (size_t id = 0; id < file.pieces.size(); ++id) {
    check_utf8(file.pieces[id].piece, fmt::format("{}: piece {}", source, id));
  }
  return file;
}

}  // namespace hone::text
