// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/flatfoldersdialog.h"

#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

namespace slotscope::ui {

FlatFoldersDialog::FlatFoldersDialog(core::SlotDirectory *directory, Prompts *prompts, QWidget *parent)
    : QDialog(parent)
    , m_directory(directory)
    , m_prompts(prompts)
    , m_list(new QListWidget)
    , m_found(new QLabel)
    , m_add(new QPushButton(tr("&Add folder …")))
    , m_remove(new QPushButton(tr("&Remove")))
    , m_again(new QPushButton(tr("Read a&gain")))
{
    setWindowTitle(tr("Folders of FlatBuffers schemas"));
    auto *about =
        new QLabel(tr("The root tables of FlatBuffers are looked for in the .fbs and .bfbs files of "
                      "these folders, and what those include as well."));
    about->setWordWrap(true);
    m_list->setAccessibleName(tr("Folders"));
    m_found->setTextFormat(Qt::PlainText);
    m_found->setWordWrap(true);
    m_found->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto *side = new QVBoxLayout;
    for (QPushButton *button : {m_add, m_remove, m_again}) {
        button->setAutoDefault(false);
        side->addWidget(button);
    }
    side->addStretch(1);
    auto *middle = new QHBoxLayout;
    middle->addWidget(m_list, 1);
    middle->addLayout(side);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    buttons->button(QDialogButtonBox::Close)->setAutoDefault(false);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(about);
    layout->addLayout(middle, 1);
    layout->addWidget(m_found);
    layout->addWidget(buttons);
    resize(560, 320);

    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_add, &QPushButton::clicked, this, &FlatFoldersDialog::add);
    connect(m_remove, &QPushButton::clicked, this, &FlatFoldersDialog::removeCurrent);
    connect(m_again, &QPushButton::clicked, this, [this] {
        m_found->setText(tr("Reading …"));
        m_directory->setFlatBuffersFolders(m_directory->schema().flatBuffersFolders);
    });
    connect(m_list, &QListWidget::currentRowChanged, this,
            [this](int row) { m_remove->setEnabled(row >= 0); });
    connect(directory, &core::SlotDirectory::flatFoldersRead, this, &FlatFoldersDialog::refresh);
    refresh();
}

void FlatFoldersDialog::add()
{
    m_prompts->chooseFile(this,
                          {.mode = FileQuestion::Mode::Folder, .title = tr("Folder of FlatBuffers schemas")},
                          [this](const QString &folder) {
                              QStringList folders = m_directory->schema().flatBuffersFolders;
                              const QString path = m_directory->pathForSchema(folder);
                              if (folders.contains(path))
                                  return;
                              m_found->setText(tr("Reading …"));
                              m_directory->setFlatBuffersFolders(folders << path);
                          });
}

void FlatFoldersDialog::removeCurrent()
{
    QStringList folders = m_directory->schema().flatBuffersFolders;
    const int row = m_list->currentRow();
    if (row < 0 || row >= folders.size())
        return;
    folders.removeAt(row);
    m_directory->setFlatBuffersFolders(folders);
}

void FlatFoldersDialog::refresh()
{
    const int row = m_list->currentRow();
    m_list->clear();
    m_list->addItems(m_directory->schema().flatBuffersFolders);
    m_list->setCurrentRow(std::min(row, m_list->count() - 1));
    m_remove->setEnabled(m_list->currentRow() >= 0);
    const core::FlatFolders &found = m_directory->flatFolders();
    QString text = m_list->count() == 0
        ? QString()
        : tr("%1 tables in %2 files.").arg(found.tables.size()).arg(found.files);
    constexpr qsizetype MostProblems = 5;
    for (const QString &problem : found.problems.mid(0, MostProblems))
        text += QLatin1Char('\n') + problem;
    if (found.problems.size() > MostProblems)
        text += QLatin1Char('\n') + tr("and %1 more").arg(found.problems.size() - MostProblems);
    m_found->setText(text);
}

} // namespace slotscope::ui
