// The office's API as provisioning prepares it: a key, a certificate, and a section that the
// gateway reads and the server takes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/io/clock.h"
#include "gateway/commands/web.h"
#include "gateway/config/gateway_files.h"
#include "tests/support/http_talk.h"
#include "tests/unit/dgmd/provisioned.h"

namespace fairfeed {
namespace {

using testing::HasSubstr;
using testing_support::HttpTalk;
using testing_support::kSmallLab;
using testing_support::Provisioned;
using testing_support::with;

Provisioned lab_with(const std::string& gateway) {
    return Provisioned(with(kSmallLab, "tariff:", "gateway: {" + gateway + "}\ntariff:"));
}

TEST(ProvisionedApi, starts_from_the_files_as_they_are) {
    const Provisioned made = lab_with("address: 127.0.0.1, port: 18830, http_port: 18829");
    ASSERT_EQ(made.run().status, 0) << made.run().err;
    auto config = load_gateway_config(made / "dgmd/gateway.yaml");
    ASSERT_TRUE(config) << config.error().front();
    ASSERT_TRUE(config->http);
    EXPECT_EQ(config->http->port, 18829);
    EXPECT_FALSE(config->http->tls_key.empty());
    EXPECT_EQ(std::filesystem::status(made / "dgmd/http.key").permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const auto genesis = load_genesis_file(config->genesis);
    ASSERT_TRUE(genesis);
    const Clock clock;
    config->http->port = 0;  // any: another test may run beside this one
    const auto web = start_web(*config, *genesis, clock);
    ASSERT_TRUE(web) << web.error();
    HttpTalk plain((*web)->port());
    plain.say("GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(plain.read_all().find("200 OK"), std::string::npos) << "TLS only";
    config->http->tls_key.clear();
    const auto clear = start_web(*config, *genesis, clock);
    ASSERT_TRUE(clear) << clear.error();
    HttpTalk talk((*clear)->port());
    talk.say("GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(talk.read_response(), HasSubstr(R"("status":"starting")"));
}

TEST(ProvisionedApi, is_left_out_where_the_file_gives_no_port) {
    const Provisioned made = lab_with("address: 127.0.0.1, port: 18830");
    ASSERT_EQ(made.run().status, 0) << made.run().err;
    EXPECT_FALSE(std::filesystem::exists(made / "dgmd/http.key"));
    EXPECT_FALSE(load_gateway_config(made / "dgmd/gateway.yaml")->http);
}

TEST(ProvisionedApi, may_not_have_the_brokers_port) {
    const Provisioned made = lab_with("address: 127.0.0.1, port: 18830, http_port: 18830");
    EXPECT_EQ(made.run().status, 2);
    EXPECT_THAT(made.run().err, HasSubstr("is the port of the gateway's broker"));
}

}  // namespace
}  // namespace fairfeed
