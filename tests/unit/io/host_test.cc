#include "core/io/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairfeed {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Row {
    std::string host;
    const char* said;  // nullptr: no message
};

const std::vector<Row>& rows() {
    static const std::string kLong(64, 'a');
    static const std::vector<Row> kRows = {
        {"127.0.0.1", nullptr},
        {"192.168.178.31", nullptr},
        {"::1", nullptr},
        {"fd00:1::7", nullptr},
        {"fe80::1%eth0", nullptr},
        {"n1", nullptr},
        {"n1.lan", nullptr},
        {"N1.Street-7.example", nullptr},
        {"xn--bcher-kva.example", nullptr},
        {"3com.example", nullptr},
        {"localhost", nullptr},
        {kLong.substr(1) + ".lan", nullptr},
        {"", "is empty"},
        {"localhost:8883", "'localhost:8883' has a port in it"},
        {"1.2.3.4:8883", "has a port in it"},
        {"[::1]:8883", "has a port in it"},
        {"[::1]", "has brackets: write ::1"},
        {"300.1.1.1", "'300.1.1.1' is no IPv4 address"},
        {"1.2.3.4.5", "is no IPv4 address"},
        {"1.2.3", "is no IPv4 address"},
        {"127.1", "is no IPv4 address"},
        {"2130706433", "is no IPv4 address"},
        {"0x7f000001", "is no IPv4 address"},
        {"1.2.3.04", "is no IPv4 address"},
        {"n1.7", "is no IPv4 address"},
        {":::", "':::' is no IPv6 address"},
        {"::1::", "is no IPv6 address"},
        {"12345::1", "is no IPv6 address"},
        {"fe80::1%", "is no IPv6 address"},
        {"fe80::1%eth0/x", "is no IPv6 address"},
        {".", "nothing stands between, before or after its dots"},
        {"..", "nothing stands between"},
        {"n1.lan.", "nothing stands between"},
        {"n1..lan", "nothing stands between"},
        {kLong + ".lan", "has 64 characters, and 63 are the most"},
        {std::string(254, 'a'), "at most 253 characters"},
        {"-n1", "begins or ends with '-'"},
        {"n1-.lan", "begins or ends with '-'"},
        {"n1 lan", "is no host name, IPv4 or IPv6 address"},
        {"n_1", "is no host name"},
        {"b\xc3\xbc"
         "cher.lan",
         "is no host name"},
        {"mqtts://n1", "is no IPv6 address"},
        {"n1\n", "is no host name"},
        {"0.0.0.0", "means every address of a machine"},
        {"::", "means every address of a machine"},
        {"::ffff:0.0.0.0", "means every address of a machine"},
        {"224.0.0.1", "is no address of one machine"},
        {"255.255.255.255", "is no address of one machine"},
        {"ff02::1", "is no address of one machine"},
    };
    return kRows;
}

TEST(Host, that_nobody_can_dial_is_refused_with_its_reason) {
    for (const Row& row : rows()) {
        const auto fault = fault_of_host(row.host);
        if (row.said == nullptr)
            EXPECT_EQ(fault, std::nullopt) << row.host;
        else
            EXPECT_THAT(fault.value_or("nothing"), HasSubstr(row.said)) << row.host;
    }
}

TEST(Host, that_means_every_address_is_right_to_listen_on) {
    EXPECT_EQ(fault_of_listen_host("0.0.0.0"), std::nullopt);
    EXPECT_EQ(fault_of_listen_host("::"), std::nullopt);
    EXPECT_NE(fault_of_listen_host("1.2.3.4.5"), std::nullopt);
}

TEST(Host, has_one_spelling_of_each_place) {
    EXPECT_THAT(places_of_host("0:0::1"), ElementsAre("::1"));
    EXPECT_THAT(places_of_host("::ffff:10.0.0.1"), ElementsAre("10.0.0.1"));
    EXPECT_THAT(places_of_host("N1.LAN"), ElementsAre("n1.lan"));
    EXPECT_THAT(places_of_host("LocalHost"), ElementsAre("127.0.0.1", "::1"));
    EXPECT_THAT(places_of_host("n1.localhost"), ElementsAre("127.0.0.1", "::1"));
    EXPECT_TRUE(is_same_host("localhost.localdomain", "::1"));
    EXPECT_FALSE(is_same_host("127.0.0.1", "127.0.0.2"));
    EXPECT_TRUE(is_loopback_address("127.0.0.2"));
    EXPECT_FALSE(is_loopback_address("10.0.0.1"));
}

TEST(Host, gets_brackets_in_a_uri_where_it_needs_them) {
    EXPECT_EQ(mqtts_uri("n1.lan", 8883), "mqtts://n1.lan:8883");
    EXPECT_EQ(mqtts_uri("::1", 8883), "mqtts://[::1]:8883");
}

}  // namespace
}  // namespace fairfeed
