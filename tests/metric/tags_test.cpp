#include "metric/tags.h"

#include <doctest/doctest.h>

#include <set>

namespace tags_test {

using namespace hone::metric;
using Names = std::vector<std::string>;

std::string scheme_of(const Names& names) { return std::string(TagSet(names).scheme().name); }

std::vector<Tag> tags_of(const TagSet& set, const Names& names) {
  std::vector<Tag> tags;
  for (const std::string& name : names) tags.push_back(set.tag(set.id(name).value()));
  return tags;
}

TagUse use_of(const Names& names) {
  const TagSet set({"O", "B-x", "I-x", "B-y", "I-y", "E-x", "S-x"});
  TagUse use;
  use.add(tags_of(set, names));
  return use;
}

TEST_CASE("every scheme has a name and a doc line") {
  std::set<std::string_view> names;
  for (const TagScheme& scheme : tag_schemes()) {
    CHECK(names.insert(scheme.name).second);
    CHECK_FALSE(scheme.doc.empty());
  }
}

TEST_CASE("the prefixes of the names suggest the scheme") {
  CHECK(scheme_of({"O", "B-person", "I-person"}) == "BIO");
  CHECK(scheme_of({"B-person"}) == "BIO");
  CHECK(scheme_of({"O", "I-person"}) == "IO");
  CHECK(scheme_of({"O", "B-x", "I-x", "E-x", "S-x"}) == "BIOES");
  CHECK(scheme_of({"O", "B-x", "E-x"}) == "BIOES");
  CHECK(scheme_of({"O", "B-x", "I-x", "L-x", "U-x"}) == "BILOU");
  CHECK(scheme_of({"O", "B-x", "M-x", "E-x", "S-x"}) == "BMES");
  CHECK(scheme_of({"B", "I", "O"}) == "BIO");
}

TEST_CASE("names without a prefix are types, also if they look like letters or have a dash") {
  CHECK(scheme_of({"O", "person", "creative-work"}) == "none");
  CHECK(scheme_of({"O", "B-person", "person"}) == "none");
  CHECK(scheme_of({"O", "T-shirt"}) == "none");
  CHECK(scheme_of({"B", "I"}) == "none");
  CHECK(scheme_of({"O"}) == "none");
  CHECK(scheme_of({"B-x", "I-x", "L-x", "S-x"}) == "none");
  const TagSet tags({"NOUN", "O", "B-x"});
  CHECK(tags.types() == Names{"B-x", "NOUN"});
  CHECK(tags.tag(0) == Tag{TagRole::kInside, 1});
  CHECK(tags.tag(1) == Tag{});
  CHECK(tags.tag(2) == Tag{TagRole::kInside, 0});
}

TEST_CASE("a tag has the role of its prefix and the type behind it") {
  const TagSet tags({"O", "B-creative-work", "I-creative-work", "E-a", "S-a"});
  CHECK(tags.types() == Names{"a", "creative-work"});
  CHECK(tags.tag(0) == Tag{TagRole::kOutside, -1});
  CHECK(tags.tag(1) == Tag{TagRole::kBegin, 1});
  CHECK(tags.tag(2) == Tag{TagRole::kInside, 1});
  CHECK(tags.tag(3) == Tag{TagRole::kEnd, 0});
  CHECK(tags.tag(4) == Tag{TagRole::kSingle, 0});
  CHECK(TagSet({"B", "I", "O"}).types() == Names{"_"});
  CHECK(TagSet({"O", "U-a", "L-a"}).tag(1).role == TagRole::kSingle);
  CHECK(TagSet({"O", "M-a", "B-a"}).tag(1).role == TagRole::kInside);
  CHECK_FALSE(tags.id("B-a"));
}

TEST_CASE("a tag is found by its type and the roles that fit") {
  const TagSet tags({"B-a", "I-a", "O", "I-b"});
  CHECK(tags.id(0, {TagRole::kSingle, TagRole::kBegin}) == 0);
  CHECK(tags.id(1, {TagRole::kBegin, TagRole::kInside}) == 3);
  CHECK_FALSE(tags.id(1, {TagRole::kEnd}));
  CHECK(tags.type("b") == 1);
  CHECK_FALSE(tags.type("c"));
}

TEST_CASE("the later tokens of a word get I- for B-, as run_ner.py's label_all_tokens") {
  const TagSet tags({"B-a", "B-b", "I-a", "O", "S-a"});
  CHECK(tags.continuation(0) == 2);
  CHECK(tags.continuation(1) == 1);  // there is no I-b
  CHECK(tags.continuation(2) == 2);
  CHECK(tags.continuation(3) == 3);
  CHECK(tags.continuation(4) == 4);
}

TEST_CASE("the names of spans are sorted as run_ner.py sorts its labels") {
  CHECK(bio_names({"person", "Zoo"}) == Names{"B-Zoo", "B-person", "I-Zoo", "I-person", "O"});
}

TEST_CASE("I- without B- is counted, and tells IOB1 if B- only separates entities") {
  CHECK(use_of({"B-x", "I-x", "O", "B-x"}).num_stray() == 0);
  CHECK(use_of({"O", "I-x", "I-x", "I-y"}).num_stray() == 2);
  CHECK(use_of({"S-x", "I-x", "E-x", "I-x"}).num_stray() == 2);
  CHECK(use_of({"I-x", "I-x", "B-x", "O", "I-y"}).is_iob1());
  CHECK_FALSE(use_of({"I-x", "O", "B-x"}).is_iob1());
  CHECK_FALSE(use_of({"B-x", "I-x"}).is_iob1());
  TagSet tags({"O", "B-x", "I-x"});
  tags.use_iob1();
  CHECK(tags.scheme().name == "IOB1");
}

}  // namespace tags_test
