#include "core/crypto/tls_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <list>

#include "tests/unit/crypto/tls_identity_files.h"

namespace fairfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing_support::IdentityFiles;

constexpr std::int64_t kDayS = IdentityFiles::kDayS;
constexpr std::int64_t kLaterMs = 3'600'000;

class TlsWatchTest : public ::testing::Test {
  protected:
    std::vector<std::string> look(std::int64_t in_s, std::int64_t steady_ms) {
        return watch_.look(std::time(nullptr) + in_s, steady_ms);
    }
    TlsWatch watch_;
};

TEST_F(TlsWatchTest, says_an_alarm_before_a_certificate_expires_and_another_after) {
    const IdentityFiles made;
    watch_.add(made.files(), "n1");
    EXPECT_THAT(look(0, 0), IsEmpty());
    EXPECT_THAT(look(80 * kDayS, kLaterMs),
                ElementsAre(HasSubstr("tls.crt expires soon: expires in ")));
    EXPECT_THAT(look(101 * kDayS, 2 * kLaterMs),
                ElementsAre(HasSubstr("tls.crt is not valid now: expired on ")));
    made.put(IdentityFiles::authority().issue_client("n1", 500));
    EXPECT_THAT(look(101 * kDayS, 3 * kLaterMs), IsEmpty());
}

TEST_F(TlsWatchTest, looks_at_once_where_a_connection_failed) {
    const IdentityFiles made;
    watch_.add(made.files(), "n1");
    EXPECT_THAT(look(0, 0), IsEmpty());
    made.write("tls.crt", "");
    EXPECT_THAT(look(0, 1000), IsEmpty());
    watch_.suspect("n1");
    EXPECT_THAT(look(0, 2000), ElementsAre(HasSubstr("tls.crt opens no connection: is empty")));
}

TEST_F(TlsWatchTest, comes_to_all_of_many_identities_and_says_what_they_share_once) {
    std::list<IdentityFiles> meters;
    for (int i = 0; i < 50; ++i) {
        const std::string name = "m" + std::to_string(i);
        watch_.add(meters.emplace_back(name).files(), name);
    }
    std::vector<std::string> alarms;
    for (int second = 0; second < 7; ++second)
        alarms = look(80 * kDayS, second * 1000);
    ASSERT_EQ(alarms.size(), 9U);
    EXPECT_THAT(alarms.back(), HasSubstr("expire soon: 42 more lines like these"));
    for (int second = 0; second < 7; ++second)
        alarms = look(0, kLaterMs + second * 1000);
    EXPECT_THAT(alarms, IsEmpty());
}

TEST(TlsWatch, of_nobody_has_nothing_to_say) {
    TlsWatch watch;
    EXPECT_THAT(watch.look(0, 0), IsEmpty());
}

}  // namespace
}  // namespace fairfeed
