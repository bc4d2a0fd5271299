// `gateway application ...`: applications for installed capacity in the office's records, from the
// form to the verdict. Every command is one step of the table in gateway/capacity/application.h.
// main.cc's arguments are in gateway/capacity_arguments.cc.
#pragma once

#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "gateway/capacity/application.h"

namespace fairfeed {

struct NewApplicationOptions {
    std::filesystem::path config;
    std::string name;     // of the applicant
    std::string contact;  // of the applicant
    std::string person;   // a known pseudonym instead of both
    std::string service_point;
    std::string meter;  // empty: none yet
    std::string technology = "solar";
    std::int64_t estimated_w = 0;
    std::string place;    // where the installation is; may be empty
    std::string follows;  // an application in operation
    std::string by = "office";
    bool json = false;
};
struct ApplicationStepOptions {
    std::filesystem::path config;
    std::string application;
    ApplicationAction action = ApplicationAction::verify;
    std::string by = "office";
    std::string reason;
    std::string visit;             // schedule: a date
    std::filesystem::path record;  // inspect: the inspector's file
    std::string name, contact;     // transfer: of the new holder
    bool json = false;
};
struct ApplicationListOptions {
    std::filesystem::path config;
    std::string state;  // empty: all
    bool json = false;
};
struct ApplicationShowOptions {
    std::filesystem::path config;
    std::string application;
    bool json = false;
};
struct ErasePersonOptions {
    std::filesystem::path config;
    std::string person;
    bool json = false;
};
// What an inspector writes down at the place and signs with their own key; needs no network.
struct InspectionOptions {
    std::filesystem::path genesis;
    std::filesystem::path key;
    std::filesystem::path out;
    std::string inspector;  // the signer's name, if OFFICERS named them after genesis
    std::string application;
    std::string meter;
    std::string technology = "solar";
    std::int64_t nameplate_w = 0;
    std::vector<std::string> serials;
    std::vector<std::filesystem::path> photos;
    std::string remark;
    bool json = false;
};

// 0: done. 1: the machine failed. 2: wrong input or an illegal step; lines on `err`, nothing
// changed.
[[nodiscard]] int run_new_application(const NewApplicationOptions& options, std::ostream& out,
                                      std::ostream& err);
[[nodiscard]] int run_application_step(const ApplicationStepOptions& options, std::ostream& out,
                                       std::ostream& err);
[[nodiscard]] int run_application_list(const ApplicationListOptions& options, std::ostream& out,
                                       std::ostream& err);
[[nodiscard]] int run_application_show(const ApplicationShowOptions& options, std::ostream& out,
                                       std::ostream& err);
// `gateway erase PERSON`: name, contact and places of a person in the records.
[[nodiscard]] int run_erase_person(const ErasePersonOptions& options, std::ostream& out,
                                   std::ostream& err);
[[nodiscard]] int run_inspection(const InspectionOptions& options, std::ostream& out,
                                 std::ostream& err);

}  // namespace fairfeed
