// Another identity for DGMD's gateway: what is made, and that the gateway takes it beside what it
// had.
#include "gateway/commands/new_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/crypto/key_file.h"
#include "core/crypto/tls_files.h"
#include "core/io/clock.h"
#include "gateway/config/gateway_files.h"
#include "tests/unit/dgmd/provisioned.h"

namespace fairfeed {
namespace {

using ::testing::HasSubstr;
using testing_support::kSmallLab;
using testing_support::Provisioned;
using testing_support::with;
using testing_support::write_text;
using CommandRun = testing_support::Run;

CommandRun made(const NewKeysOptions& options) {
    std::ostringstream page;
    std::ostringstream errors;
    const int status = run_new_keys(options, page, errors);
    return {status, page.str(), errors.str()};
}

class NewKeys : public ::testing::Test {
  protected:
    [[nodiscard]] NewKeysOptions certified() const {
        return {network_ / "dgmd-2", network_ / "ca", {"127.0.0.1"}, false};
    }
    [[nodiscard]] std::int64_t now_s() const { return Clock().now().real_ms / 1000; }

    Provisioned network_{
        with(kSmallLab, "tariff:", "gateway: {address: 127.0.0.1, port: 18830}\ntariff:")};
};

TEST_F(NewKeys, are_certified_by_the_networks_ca_and_count_for_nothing_yet) {
    const CommandRun run = made(certified());
    ASSERT_EQ(run.status, 0) << run.err;
    const auto signing = load_signing_key(network_ / "dgmd-2/signing.key");
    const auto agreement = load_agreement_key(network_ / "dgmd-2/agreement.key");
    ASSERT_TRUE(signing && agreement);
    EXPECT_THAT(run.out, HasSubstr("signing_key=" + to_hex(signing->public_key().view()) +
                                   " agreement_key=" + to_hex(agreement->public_key().view())));
    EXPECT_THAT(run.out, HasSubstr("count for nothing before the officers"));
    const auto tls = check_tls_files({.key = network_ / "dgmd-2/tls.key",
                                      .certificate = network_ / "dgmd-2/tls.crt",
                                      .authority = network_ / "ca/ca.crt"},
                                     "dgmd", now_s());
    EXPECT_TRUE(tls.mistakes.empty()) << tls.mistakes.front();
    EXPECT_TRUE(std::filesystem::exists(network_ / "dgmd-2/broker/tls.crt"));
    EXPECT_EQ(made(certified()).status, 2) << "nothing is written over";
}

TEST_F(NewKeys, are_taken_by_a_gateway_that_still_opens_what_was_granted_before) {
    ASSERT_EQ(made(certified()).status, 0);
    std::filesystem::rename(network_ / "dgmd/agreement.key", network_ / "dgmd/old.key");
    for (const char* name : {"signing.key", "agreement.key"})
        std::filesystem::copy_file(network_ / ("dgmd-2/" + std::string(name)),
                                   network_ / ("dgmd/" + std::string(name)),
                                   std::filesystem::copy_options::overwrite_existing);
    const auto yaml = network_ / "dgmd/gateway.yaml";
    const std::string text = *read_text_file(yaml);
    const auto files = [&] {
        const auto config = load_gateway_config(yaml);
        CHECK(config);
        return check_gateway_files(*config, now_s());
    };
    ASSERT_FALSE(files());
    EXPECT_THAT(files().error().front(), HasSubstr("under keys.others"));
    write_text(yaml, with(text, "keys:\n", "keys:\n  others: [{agreement: old.key}]\n"));
    const auto taken = files();
    ASSERT_TRUE(taken) << taken.error().front();
    EXPECT_EQ(taken->other_agreement.size(), 1U);
}

TEST_F(NewKeys, need_the_ca_for_a_broker_and_a_directory_that_is_one) {
    NewKeysOptions options{network_ / "a", {}, {"127.0.0.1"}, false};
    EXPECT_THAT(made(options).err, HasSubstr("name it with --ca"));
    options.ca = network_ / "dgmd";
    EXPECT_EQ(made(options).status, 2);
    EXPECT_FALSE(std::filesystem::exists(network_ / "a")) << "nothing is written";
    options = {network_ / "a", {}, {}, true};
    EXPECT_THAT(made(options).out, HasSubstr("\"has_tls\": false"));
}

}  // namespace
}  // namespace fairfeed
