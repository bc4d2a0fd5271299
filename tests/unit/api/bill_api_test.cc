// Whole bills, proofs and the forecast over HTTP.
#include "tests/unit/api/small_office.h"

namespace fairfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class BillApiTest : public test::SmallOffice {
  protected:
    [[nodiscard]] std::vector<std::string> meters(const std::string& who,
                                                  const std::string& query = "") {
        const Spoken list = ask(who, "GET", "/api/v1/bills" + query);
        EXPECT_EQ(list.status(), 200U) << list.response.body;
        std::vector<std::string> all;
        for (const Json& item : *list.json.at("items").as_array())
            all.push_back(*item.at("meter").as_text());
        return all;
    }
};

TEST_F(BillApiTest, gives_a_customer_the_own_bill_and_officers_all) {
    EXPECT_THAT(meters("home"), ElementsAre("meter-1-1"));
    EXPECT_THAT(meters("olga"), ElementsAre("meter-1-1", "meter-1-2", "meter-1-3"));
    EXPECT_THAT(meters("olga", "?meter=meter-1-2&month=2016-08"), ElementsAre("meter-1-2"));
    EXPECT_THAT(meters("olga", "?month=2016-09"), IsEmpty());
    EXPECT_THAT(meters("home", "?meter=meter-1-2"), IsEmpty()) << "another's";
    EXPECT_THAT(meters("ines"), IsEmpty()) << "money is no inspector's business";
    const Spoken bill = ask("home", "GET", "/api/v1/bills/meter-1-1/2016-08");
    ASSERT_EQ(bill.status(), 200U) << bill.response.body;
    EXPECT_EQ(bill.json.at("windows").as_array()->size(), 4U);
    EXPECT_EQ(*bill.json.at("status").as_text(), "open");
}

TEST_F(BillApiTest, has_no_bill_or_proof_of_anothers_meter) {
    for (const char* other :
         {"/api/v1/bills/meter-1-2/2016-08", "/api/v1/bills/meter-1-2/2016-08/proof",
          "/api/v1/readings/meter-1-2/0/proof", "/api/v1/bills/no-such/2016-08",
          "/api/v1/bills/meter-1-1/2016-13", "/api/v1/bills/meter-1-1/2017-01",
          "/api/v1/readings/meter-1-1/x/proof", "/api/v1/readings/meter-1-1/99/proof"})
        EXPECT_EQ(ask("home", "GET", other).status(), 404U) << other;
    EXPECT_EQ(ask("home", "GET", "/api/v1/bills/meter-1-2/2016-08").response.body,
              ask("home", "GET", "/api/v1/bills/no-such/2016-08").response.body)
        << "as if it were not there";
    EXPECT_EQ(ask("ines", "GET", "/api/v1/bills/meter-1-1/2016-08").status(), 404U);
}

TEST_F(BillApiTest, proves_a_bill_and_a_reading_to_whoever_has_genesis) {
    const Spoken bill = ask("home", "GET", "/api/v1/bills/meter-1-1/2016-08/proof");
    ASSERT_EQ(bill.status(), 200U) << bill.response.body;
    EXPECT_THAT(bill.response.header("content-disposition"), HasSubstr("meter-1-1-2016-08.bill"));
    const auto found = check_bill_proof(as_bytes(bill.response.body), network_.genesis());
    ASSERT_TRUE(found) << found.error().explanation;
    const Spoken shown = ask("home", "GET", "/api/v1/bills/meter-1-1/2016-08");
    EXPECT_EQ(found->bill.total_micro, *shown.json.at("total_micro").as_int());
    const Spoken reading = ask("home", "GET", "/api/v1/readings/meter-1-1/1/proof");
    ASSERT_EQ(reading.status(), 200U) << reading.response.body;
    const auto read = check_proof(as_bytes(reading.response.body), network_.genesis());
    ASSERT_TRUE(read) << read.error().explanation;
    EXPECT_EQ(read->window, 1U);
}

TEST_F(BillApiTest, gives_bills_as_csv) {
    const Spoken one = ask("home", "GET", "/api/v1/bills/meter-1-1/2016-08?format=csv");
    EXPECT_THAT(one.response.header("content-type"), StartsWith("text/csv"));
    EXPECT_THAT(one.response.body, StartsWith("number,meter,cluster,month,status,"));
    EXPECT_EQ(ask("home", "GET", "/api/v1/bills?format=csv").response.body, one.response.body);
    EXPECT_EQ(ask("home", "GET", "/api/v1/bills?format=xml").kind(), "wrong-parameter");
    EXPECT_EQ(ask("home", "GET", "/api/v1/bills?month=august").kind(), "wrong-parameter");
    EXPECT_EQ(ask("home", "GET", "/api/v1/bills?meter=M%201").kind(), "wrong-parameter");
}

TEST_F(BillApiTest, publishes_the_forecast_with_the_errors_of_its_models) {
    const Spoken week = ask("home", "GET", "/api/v1/forecasts");
    ASSERT_EQ(week.status(), 200U) << week.response.body;
    const Json& cluster = week.json.at("clusters").at(0);
    EXPECT_EQ(*cluster.at("name").as_text(), "cluster-1");
    EXPECT_GT(cluster.at("load").at("errors").as_array()->size(), 0U);
    EXPECT_TRUE(cluster.at("windows").is_null()) << "those of one cluster are a page of their own";
    const Spoken one = ask("home", "GET", "/api/v1/forecasts/cluster-1");
    EXPECT_EQ(one.json.at("windows").as_array()->size(), 42U);
    EXPECT_EQ(ask("home", "GET", "/api/v1/forecasts/cluster-9").status(), 404U);
}

}  // namespace
}  // namespace fairfeed
