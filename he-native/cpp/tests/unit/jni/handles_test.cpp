#include "jni/handles.h"

#include <gtest/gtest.h>

namespace hetal::jni {

TEST(Handles, ClosedAndForgedNumbersThrowAndNeverNameALaterObject) {
  Handles table;
  const std::int64_t first = table.add(std::make_shared<int>(7));
  EXPECT_EQ(*table.get<int>(first, "int"), 7);
  EXPECT_THROW(table.get<double>(first, "double"), ClosedError);
  EXPECT_TRUE(table.remove(first));
  EXPECT_FALSE(table.remove(first));
  const std::int64_t second = table.add(std::make_shared<int>(8));
  EXPECT_NE(first, second);
  EXPECT_EQ(first & 0xffffffff, second & 0xffffffff) << "the slot is used again";
  for (std::int64_t forged : {first, std::int64_t{0}, std::int64_t{-1}, std::int64_t{1} << 40 | 5, second + 1}) {
    EXPECT_THROW(table.get<int>(forged, "int"), ClosedError) << forged;
  }
  EXPECT_EQ(table.live(), 1);
}

TEST(Handles, AnObjectInUseOutlivesItsClosing) {
  Handles table;
  const std::int64_t handle = table.add(std::make_shared<int>(7));
  const auto held = table.get<int>(handle, "int");
  table.remove(handle);
  EXPECT_EQ(*held, 7);
}

}  // namespace hetal::jni
