#include "base/modified_utf8.h"

#include <gtest/gtest.h>

namespace hetal {
namespace {

TEST(ModifiedUtf8, KeepsWhatIsValid) {
  EXPECT_EQ(modified_utf8("keys/galois_5.key"), "keys/galois_5.key");
  EXPECT_EQ(modified_utf8("Schl\xc3\xbcssel \xe2\x82\xac"), "Schl\xc3\xbcssel \xe2\x82\xac");
  EXPECT_EQ(modified_utf8(""), "");
}

TEST(ModifiedUtf8, WritesCharactersBeyond16BitsAsTwoSurrogates) {
  EXPECT_EQ(modified_utf8("a\xf0\x9f\x94\x91z"), "a\xed\xa0\xbd\xed\xb4\x91z");
}

TEST(ModifiedUtf8, ReplacesEveryByteThatIsNotValid) {
  EXPECT_EQ(modified_utf8(std::string_view("a\0b", 3)), "a?b");
  EXPECT_EQ(modified_utf8("\xff\xfe"), "??");
  EXPECT_EQ(modified_utf8("\x80"), "?");
  EXPECT_EQ(modified_utf8("\xc3"), "?");                 // cut
  EXPECT_EQ(modified_utf8("\xe2\x82z"), "??z");          // cut
  EXPECT_EQ(modified_utf8("\xc0\xaf"), "??");            // a longer form of '/'
  EXPECT_EQ(modified_utf8("\xed\xa0\x80"), "???");       // a surrogate
  EXPECT_EQ(modified_utf8("\xf4\x90\x80\x80"), "????");  // beyond U+10FFFF
  EXPECT_EQ(modified_utf8("\xf8\x88\x80\x80\x80"), "?????");
}

}  // namespace
}  // namespace hetal
