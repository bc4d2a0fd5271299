#include "core/base/shell.h"

#include <gtest/gtest.h>

namespace fairfeed {
namespace {

TEST(ShellWord, is_left_alone_where_no_shell_would_change_it) {
    EXPECT_EQ(shell_word("/etc/fairfeed/nodes/n1/mosquitto.conf"),
              "/etc/fairfeed/nodes/n1/mosquitto.conf");
}

TEST(ShellWord, is_one_word_whatever_it_holds) {
    EXPECT_EQ(shell_word("/my net/n1"), "'/my net/n1'");
    EXPECT_EQ(shell_word("a$(b)`c`;d"), "'a$(b)`c`;d'");
    EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
    EXPECT_EQ(shell_word(""), "''");
    EXPECT_EQ(shell_word("~n1"), "'~n1'");
}

}  // namespace
}  // namespace fairfeed
