// A third small chain, for shares by the quarter hour from a forecast: a day without history, a day
// under schedules, a late reading of a window that had one, and a newcomer to the committee, with
// whom the history begins anew. tests/vectors/chain3 is one telling of it. Single-threaded.
#pragma once

#include <map>

#include "tests/unit/ledger/told_chain.h"

namespace fairfeed::test {

class ThirdStory : public ToldChain {
  public:
    // Tells the story, and CHECKs that every block is accepted.
    ThirdStory();

  private:
    // All meters measure the window and keep their readings.
    void live(Window window);
    [[nodiscard]] HeldReadings heard(
        std::initializer_list<std::pair<MeterId, Window>> readings) const;
    void settle_all(const std::string& title, Window window);
    void live_through_the_first_day();
    void live_under_schedules();
    void let_somebody_in();

    std::map<Window, std::map<MeterId, OpenedReading>> kept_;
};

}  // namespace fairfeed::test
