// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/demo/words.h"

namespace slotscope::app::words {

namespace {

QStringList split(const char *text)
{
    return QString::fromUtf8(text).split(u'|');
}

} // namespace

const QStringList &firstNames()
{
    static const QStringList names = split("Ada|Alma|Amina|Anders|Anna|Arjun|Astrid|Ayşe|Beatriz|Bruno|Carla|"
                                           "Chiara|Clara|Daniel|Dario|Elif|Elisa|Emil|Erik|"
                                           "Esther|Eva|Farid|Fatima|Felix|Freya|Gabriel|Greta|Hana|Hannah|"
                                           "Hugo|Ida|Ines|Ingrid|Ioana|Isabel|Jan|Jana|Joana|"
                                           "Jonas|Karim|Katarina|Lars|Laura|Lea|Leila|Leon|Lina|Luca|Luisa|"
                                           "Łukasz|Maja|Marco|Maria|Mats|Mei|Mikkel|Mira|Nadia|"
                                           "Nils|Noah|Nora|Olga|Oskar|Paula|Pavel|Petra|Rafael|Rosa|Samir|"
                                           "Sara|Selma|Sofia|Søren|Tereza|Theo|Tomás|Vera|"
                                           "Viktor|Yara|Zoé");
    return names;
}

const QStringList &lastNames()
{
    static const QStringList names = split("Almeida|Andersson|Aydın|Bauer|Becker|Bergström|Bianchi|Costa|"
                                           "Çelik|Dahl|Dubois|Dvořák|Eriksen|Fernández|Ferrari|"
                                           "Fischer|Fontaine|García|Haas|Hansen|Hoffmann|Horvat|Ibrahim|"
                                           "Ivanova|Jensen|Johansson|Kaya|Keller|Kowalski|Kraus|"
                                           "Laurent|Lehmann|Lindgren|López|Marino|Martin|Mazur|Meier|Moreau|"
                                           "Müller|Nagy|Nielsen|Novák|Nowak|Olsen|Öztürk|Papp|"
                                           "Pereira|Petrov|Popescu|Ricci|Romano|Rossi|Roux|Santos|Schmidt|"
                                           "Schneider|Silva|Şahin|Sørensen|Svensson|Szabó|Tóth|"
                                           "Vargas|Vogel|Wagner|Weber|Wójcik|Wolf|Zimmermann");
    return names;
}

const QStringList &tags()
{
    static const QStringList list =
        split("admin|beta|drone|early|friend|geek|guest|helper|maker|newsletter|pilot|staff|"
              "sudo|teacher|tester|vip|writer|yellow");
    return list;
}

const std::vector<City> &cities()
{
    static const std::vector<City> list {
        {QStringLiteral("Berlin"), QStringLiteral("DE"), 52.52, 13.405},
        {QStringLiteral("Hamburg"), QStringLiteral("DE"), 53.551, 9.994},
        {QStringLiteral("München"), QStringLiteral("DE"), 48.137, 11.575},
        {QStringLiteral("Wien"), QStringLiteral("AT"), 48.208, 16.373},
        {QStringLiteral("Zürich"), QStringLiteral("CH"), 47.377, 8.541},
        {QStringLiteral("Paris"), QStringLiteral("FR"), 48.857, 2.352},
        {QStringLiteral("Lyon"), QStringLiteral("FR"), 45.764, 4.836},
        {QStringLiteral("Milano"), QStringLiteral("IT"), 45.464, 9.19},
        {QStringLiteral("Porto"), QStringLiteral("PT"), 41.158, -8.629},
        {QStringLiteral("Madrid"), QStringLiteral("ES"), 40.417, -3.703},
        {QStringLiteral("København"), QStringLiteral("DK"), 55.676, 12.568},
        {QStringLiteral("Göteborg"), QStringLiteral("SE"), 57.709, 11.975},
        {QStringLiteral("Kraków"), QStringLiteral("PL"), 50.065, 19.945},
        {QStringLiteral("Brno"), QStringLiteral("CZ"), 49.195, 16.607},
        {QStringLiteral("Ljubljana"), QStringLiteral("SI"), 46.056, 14.506},
        {QStringLiteral("İzmir"), QStringLiteral("TR"), 38.424, 27.143},
    };
    return list;
}

const std::vector<Article> &articles()
{
    static const std::vector<Article> list {
        {QStringLiteral("BRD-104"), QStringLiteral("breadboard, 830 points"), 690},
        {QStringLiteral("CAB-220"), QStringLiteral("jumper cables, set of 65"), 450},
        {QStringLiteral("CAM-016"), QStringLiteral("camera module, 8 megapixel"), 2890},
        {QStringLiteral("DRN-007"), QStringLiteral("drone frame, 250 mm"), 5490},
        {QStringLiteral("ENC-031"), QStringLiteral("rotary encoder"), 320},
        {QStringLiteral("GPS-006"), QStringLiteral("GPS receiver with antenna"), 3250},
        {QStringLiteral("LCD-128"), QStringLiteral("display, 128 × 64"), 1190},
        {QStringLiteral("LIP-450"), QStringLiteral("LiPo battery, 4500 mAh"), 3990},
        {QStringLiteral("MCU-032"), QStringLiteral("microcontroller board"), 1850},
        {QStringLiteral("MOT-180"), QStringLiteral("brushless motor"), 2240},
        {QStringLiteral("PSU-012"), QStringLiteral("power supply, 12 V 5 A"), 2790},
        {QStringLiteral("REL-008"), QStringLiteral("relay board, 8 channels"), 1340},
        {QStringLiteral("SBC-004"), QStringLiteral("single-board computer, 4 GB"), 6490},
        {QStringLiteral("SEN-055"), QStringLiteral("air quality sensor"), 4120},
        {QStringLiteral("SOL-060"), QStringLiteral("soldering iron, 60 W"), 3560},
        {QStringLiteral("TLS-019"), QStringLiteral("precision screwdrivers"), 1790},
    };
    return list;
}

const QStringList &sentences()
{
    static const QStringList list =
        split("Disconnect the power supply before you open the case.|The status light blinks twice when the "
              "device has found its "
              "gateway.|Keep the antenna at least ten centimetres away from metal.|A factory reset removes "
              "all settings but keeps "
              "the firmware.|Tighten the four screws crosswise.|The battery lasts for about eighteen months "
              "at one report a "
              "minute.|Updates are installed at night unless the site is marked as critical.|Write the "
              "serial number on the "
              "delivery note.|If the reading stays at zero, check the cable first.|Calibration takes five "
              "minutes and needs fresh "
              "air.|Two devices must not have the same address.|The log keeps the last thousand events.|Ask "
              "a second person to "
              "read the values aloud.|Store spare parts dry and below thirty degrees.");
    return list;
}

const QStringList &subjects()
{
    static const QStringList list =
        split("Air quality sensor|Gateway|Rooftop station|Door controller|Meter reader|Drone|"
              "Battery pack|Network cabinet|Test bench|Irrigation controller");
    return list;
}

} // namespace slotscope::app::words
