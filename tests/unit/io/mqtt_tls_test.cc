// Certificates that one side refuses, against a real Mosquitto: each fault has its own message.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "tests/support/broker.h"
#include "tests/unit/io/mqtt_listener.h"

namespace fairfeed {
namespace {

using testing::HasSubstr;
using testing_support::Broker;
using testing_support::ClientFiles;
using testing_support::Listener;

constexpr std::int64_t kDayS = 86'400;
constexpr Validity kExpired{.from_s = -3 * kDayS, .until_s = -kDayS};
constexpr Validity kFuture{.from_s = kDayS, .until_s = 3 * kDayS};

class MqttTlsTest : public testing::Test {
  protected:
    static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }
    std::string refusal_of(const ClientFiles& files) {
        Listener client(dialer_, broker_, files);
        return client.await("disconnected");
    }
    MqttDialer dialer_;
    Broker broker_;
};

TEST_F(MqttTlsTest, says_that_the_brokers_certificate_has_expired_or_is_not_valid_yet) {
    broker_.renew(kExpired);
    EXPECT_THAT(refusal_of(broker_.issue("a")),
                HasSubstr("the certificate of the broker at 127.0.0.1 port " +
                          std::to_string(broker_.port()) + " expired on 2"));
    broker_.renew(kFuture);
    EXPECT_THAT(refusal_of(broker_.issue("b")), HasSubstr(" is valid only from 2"));
}

// The broker's own reason is lost if the end of its connection arrives first.
TEST_F(MqttTlsTest, says_what_is_wrong_with_this_sides_files_when_the_broker_refuses_them) {
    const ClientFiles expired = broker_.issue("a", kExpired);
    EXPECT_THAT(refusal_of(expired), HasSubstr(expired.certificate.string() + ": expired on 2"));
    EXPECT_THAT(refusal_of(broker_.issue("b", kFuture)), HasSubstr("b.pem: valid only from 2"));
    const Broker other;
    EXPECT_THAT(
        refusal_of(other.issue("c")),
        HasSubstr("c.pem: was not issued by the authority in " + broker_.ca_file().string()));
    const ClientFiles mixed{broker_.issue("d").certificate, broker_.issue("e").key};
    EXPECT_THAT(refusal_of(mixed), HasSubstr("e.key: is not the key of the certificate "));
}

TEST_F(MqttTlsTest, goes_on_with_a_certificate_that_was_renewed_in_its_place) {
    const ClientFiles files = broker_.issue("a", kExpired);
    Listener client(dialer_, broker_, files);
    EXPECT_THAT(client.await("disconnected"), HasSubstr("a.pem: expired on"));
    (void)broker_.issue("a");
    EXPECT_EQ(client.await("connected"), "connected");
    EXPECT_GT(client->tls_report().valid_until_s, 0);
    EXPECT_EQ(client->tls_report().fault, "");
}

}  // namespace
}  // namespace fairfeed
