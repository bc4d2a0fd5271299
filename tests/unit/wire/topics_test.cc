#include "core/wire/topics.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace fairfeed {
namespace {

TEST(Topic, parses_what_it_builds) {
    for (std::size_t i = 0; i <= static_cast<std::size_t>(Channel::tariff); ++i) {
        const auto channel = static_cast<Channel>(i);
        EXPECT_EQ(parse_channel(to_string(channel)), channel);
        int forms = 0;
        for (const char* item : {"-", "cluster-1"}) {
            const auto topic =
                Topic::parse("ff1/lab/node-1/" + std::string(to_string(channel)) + "/" + item);
            if (!topic) continue;
            ++forms;
            EXPECT_EQ(topic->channel, channel);
            EXPECT_EQ(topic->item, item);
            EXPECT_EQ(Topic::parse(topic->str()), topic);
        }
        EXPECT_EQ(forms, 1) << to_string(channel) << ": names an item or does not";
    }
}

TEST(Topic, accepts_the_forms_of_the_protocol) {
    for (const char* text :
         {"ff1/lab/meter-1/reading/-", "ff1/lab/meter-1/event/-", "ff1/lab/n/prevote/-",
          "ff1/lab/n/batch/c-1", "ff1/lab/n/endorsement/c-1", "ff1/lab/n/objection/c-1",
          "ff1/lab/n/request/peer", "ff1/lab/n/answer/peer", "ff1/lab/n/receipt/m",
          "ff1/lab/n/refusal/m", "ff1/lab/n/share/m", "ff1/lab/n/command/m", "ff1/lab/n/tx/-",
          "ff1/lab/dgmd/tariff/-", "ff1/0/1/tx/-",
          "ff1/lab/abcdefghijklmnopqrstuvwxyz012345/tx/-"}) {
        const auto topic = Topic::parse(text);
        ASSERT_TRUE(topic) << text;
        EXPECT_EQ(topic->str(), text);
    }
}

TEST(Topic, refuses_everything_else) {
    for (const char* text : {"",
                             "/",
                             "ff1",
                             "ff1/lab",
                             "ff1/lab/n/tx",
                             "ff1/lab/n/tx/",
                             "ff1/lab/n/tx/-/",
                             "ff1/lab/n/tx/-/x",
                             "ff1//n/tx/-",
                             "ff1/lab//tx/-",
                             "ff1/lab/n//-",
                             "/ff1/lab/n/tx/-",
                             "ff2/lab/n/tx/-",
                             "FF1/lab/n/tx/-",
                             "ff1/Lab/n/tx/-",
                             "ff1/lab/N/tx/-",
                             "ff1/lab/n/TX/-",
                             "ff1/lab/+/tx/-",
                             "ff1/+/n/tx/-",
                             "ff1/lab/n/#",
                             "ff1/lab/n/tx/#",
                             "ff1/lab/n/batch/+",
                             "ff1/lab/n/batch/#",
                             "ff1/lab/n/batch/-",
                             "ff1/lab/n/batch/C",
                             "ff1/lab/n/tx/c-1",
                             "ff1/lab/n/nothing/-",
                             "$SYS/broker/uptime",
                             "$share/g/ff1/lab/n",
                             "ff1/lab/n/reading/ -",
                             "ff1/lab/n_1/tx/-",
                             "ff1/lab/n.1/tx/-",
                             "ff1/lab/abcdefghijklmnopqrstuvwxyz0123456/tx/-"}) {
        EXPECT_FALSE(Topic::parse(text)) << text;
    }
    EXPECT_FALSE(Topic::parse(std::string_view("ff1/lab/n\0/tx/-", 15)));
}

TEST(Topic, retains_state_and_never_readings) {
    EXPECT_TRUE(is_retained(Channel::batch));
    EXPECT_TRUE(is_retained(Channel::prevote));
    EXPECT_TRUE(is_retained(Channel::share));
    EXPECT_FALSE(is_retained(Channel::reading));
    EXPECT_FALSE(is_retained(Channel::event));
    EXPECT_FALSE(is_retained(Channel::receipt));
    EXPECT_FALSE(is_retained(Channel::request));
}

TEST(Filters, of_a_peer_cover_its_channels_but_only_our_requests) {
    const auto filters = peer_filters("lab", NodeId("node-2"), NodeId("node-1"));
    const auto has = [&](const char* text) {
        return std::find(filters.begin(), filters.end(), text) != filters.end();
    };
    EXPECT_TRUE(has("ff1/lab/node-2/prevote/-"));
    EXPECT_TRUE(has("ff1/lab/node-2/batch/+"));
    EXPECT_TRUE(has("ff1/lab/node-2/request/node-1"));
    EXPECT_TRUE(has("ff1/lab/node-2/answer/node-1"));
    EXPECT_FALSE(has("ff1/lab/node-2/reading/-"));
    for (const std::string& filter : filters) {
        EXPECT_EQ(std::count(filter.begin(), filter.end(), '/'), 4) << filter;
        EXPECT_TRUE(filter.starts_with("ff1/lab/node-2/")) << filter;
    }
}

TEST(Filters, of_meters_and_for_a_meter) {
    EXPECT_EQ(meter_filters("lab"),
              (std::vector<std::string>{"ff1/lab/+/reading/-", "ff1/lab/+/event/-"}));
    EXPECT_EQ(own_filters("lab", NodeId("node-1"), MeterId("m-1")),
              (std::vector<std::string>{"ff1/lab/node-1/receipt/m-1", "ff1/lab/node-1/refusal/m-1",
                                        "ff1/lab/node-1/share/m-1", "ff1/lab/node-1/command/m-1"}));
}

TEST(BrokerAcl, lets_a_node_write_its_prefix_peers_read_it_and_dgmd_submit_notices) {
    EXPECT_EQ(broker_acl("lab", NodeId("node-1"), {NodeId("node-2")}, NodeId("dgmd")),
              "pattern write ff1/lab/%u/reading/-\n"
              "pattern write ff1/lab/%u/event/-\n"
              "pattern read ff1/lab/+/receipt/%u\n"
              "pattern read ff1/lab/+/refusal/%u\n"
              "pattern read ff1/lab/+/share/%u\n"
              "pattern read ff1/lab/+/command/%u\n"
              "\n"
              "user node-1\n"
              "topic write ff1/lab/node-1/#\n"
              "topic read ff1/lab/+/reading/-\n"
              "topic read ff1/lab/+/event/-\n"
              "topic read ff1/lab/dgmd/tx/-\n"
              "\n"
              "user node-2\n"
              "topic read ff1/lab/node-1/#\n"
              "\n"
              "user dgmd\n"
              "topic read ff1/lab/node-1/#\n"
              "topic write ff1/lab/dgmd/tx/-\n");
}

}  // namespace
}  // namespace fairfeed
