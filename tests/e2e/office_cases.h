// Applications, codes and work orders in the records of a provisioned office, each as far as a
// command wants to find it. Tests only.
#pragma once

#include <filesystem>
#include <string>

#include "gateway/alarms/work_order.h"
#include "gateway/capacity/application.h"

namespace fairfeed::e2e {

class OfficeCases {
  public:
    // The directory that `gateway provision config/lab.yaml` made.
    explicit OfficeCases(std::filesystem::path lab) : lab_(std::move(lab)) {}

    // A new application that has gone this far: its name.
    [[nodiscard]] std::string application(ApplicationState state);
    // Somebody who applied.
    [[nodiscard]] std::string person();
    // A file that inspector-1 signed for the application.
    [[nodiscard]] std::filesystem::path record_of(const std::string& application) const;
    // A new code that is out, in one line.
    [[nodiscard]] std::string code();
    // A new work order that has gone this far: its name.
    [[nodiscard]] std::string work_order(WorkOrderState state);

  private:
    [[nodiscard]] std::filesystem::path config() const { return lab_ / "dgmd/gateway.yaml"; }
    void step(const std::string& application, ApplicationAction action) const;
    [[nodiscard]] std::string issue(const std::string& application) const;

    std::filesystem::path lab_;
    Height height_ = 0;
};

}  // namespace fairfeed::e2e
