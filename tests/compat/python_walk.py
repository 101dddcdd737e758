#!/usr/bin/env python3
"""Tallyfy's own Python SDK walks through the sandbox: does it find what it expects of the service?

Needs the package `tallyfy` from PyPI. Starts `cargo run -p tallyfy-sandbox` itself, or speaks to a running
sandbox with --base-url, --token and --organization. Prints a line for each step; ends with 1 when one fails.
"""

import argparse
import json
import subprocess
import sys
import time
import traceback
from pathlib import Path

from tallyfy import TallyfyError, TallyfySDK

ROOT = Path(__file__).resolve().parents[2]


class Walk:
    """Runs steps one after another; a step may use what an earlier one left in `self`."""

    def __init__(self, base_url, token, organization):
        self.sdk = TallyfySDK(api_key=token, base_url=base_url, max_retries=0)
        self.org = organization
        self.failed = 0
        self.done = 0

    def run(self):
        steps = [getattr(self, name) for name in vars(Walk) if name.startswith("step_")]
        for step in steps:
            name = step.__name__.removeprefix("step_").replace("_", " ")
            start = time.perf_counter()
            try:
                said = step()
            except Exception as error:  # every failure of a step is a finding, whatever it is
                self.failed += 1
                last = traceback.extract_tb(error.__traceback__)[-1]
                print(f"FAIL {name}: {type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno})")
            else:
                self.done += 1
                print(f"ok   {name}: {said} ({(time.perf_counter() - start) * 1000:.0f} ms)")
        print(f"{self.done} steps done, {self.failed} failed")
        return 1 if self.failed else 0

    # Identity

    def step_who_am_i(self):
        me = self.sdk.users.get_current_user_info(self.org)
        same("email", me.email, "ann@northwind.test")
        self.me = me.id
        organizations = self.sdk.organizations.get_current_user_organizations().data
        same("organizations", [one.id for one in organizations], [self.org])
        return f"{me.full_name} in {self.sdk.organizations.get_organization(self.org).name}"

    def step_members_are_listed(self):
        members = self.sdk.users.get_organization_users(self.org, with_groups=True).data
        short = self.sdk.users.get_organization_users_list(self.org).data
        same("members", len(members), len(short))
        found = self.sdk.users.search_members_by_name(self.org, "Okoro")["users"]
        same("by name", [one.id for one in found], [1002])
        self.ben = 1002
        return f"{len(members)} members"

    def step_a_member_is_invited_and_gets_a_role(self):
        member = self.sdk.users.invite_user_to_organization(
            self.org, "eve@example.com", "Eve", "Ray", role="light", message="Welcome"
        )
        same("status", member.status, "invited")
        same("by email", self.sdk.users.get_user_by_email(self.org, "eve@example.com").id, member.id)
        expect(self.sdk.users.approve_user(self.org, member.id), "approved")
        expect(self.sdk.users.change_user_role(self.org, member.id, "standard"), "role")
        same("role", self.sdk.users.get_user(self.org, member.id).role, "standard")
        expect(self.sdk.users.disable_user(self.org, member.id), "disabled")
        expect(self.sdk.users.enable_user(self.org, member.id), "enabled")
        return f"{member.email} is {self.sdk.users.get_user(self.org, member.id).status}"

    # Templates

    def step_a_template_is_created(self):
        template = self.sdk.templates.create_template(
            self.org, "Cellar audit", summary="Count the bottles", owner_id=self.me
        )
        same("title", template.title, "Cellar audit")
        self.template = template.id
        return template.id

    def step_steps_are_added(self):
        titles = ["Count", "Approve the count", "Send the report"]
        kinds = ["task", "approval", "task"]
        self.steps = []
        for title, kind in zip(titles, kinds):
            body = {"title": title, "step_type": kind, "assignees": [self.me]}
            answer = self.sdk.templates.add_step_to_template(self.org, self.template, body)
            self.steps.append(item(answer)["id"])
        read = self.sdk.templates.get_template_steps(self.org, self.template)
        same("titles", sorted(step.title for step in read), sorted(titles))
        return ", ".join(titles)

    def step_form_fields_are_added_to_a_step(self):
        fields = self.sdk.form_fields
        number = fields.add_form_field_to_step(
            self.org, self.template, self.steps[0], {"label": "Bottles", "field_type": "text", "required": True}
        )
        options = [{"id": 1, "text": "Red"}, {"id": 2, "text": "White"}]
        colour = fields.add_form_field_to_step(
            self.org,
            self.template,
            self.steps[0],
            {"label": "Colour", "field_type": "dropdown", "required": False, "options": options},
        )
        photo = fields.add_form_field_to_step(
            self.org, self.template, self.steps[0], {"label": "Photo", "field_type": "file", "required": False}
        )
        self.number, self.colour, self.photo = number.id, colour.id, photo.id
        texts = fields.get_dropdown_options(self.org, self.template, self.steps[0], self.colour)
        same("options", texts, ["Red", "White"])
        expect(fields.add_dropdown_option(self.org, self.template, self.steps[0], self.colour, "Rose"), "added")
        texts = fields.get_dropdown_options(self.org, self.template, self.steps[0], self.colour)
        same("options", texts, ["Red", "White", "Rose"])
        step = fields.get_step(self.org, self.template, self.steps[0])
        same("fields", len(step.captures), 3)
        return f"{number.label}, {colour.label}, {photo.label}"

    def step_a_form_field_is_changed_moved_and_deleted(self):
        fields = self.sdk.form_fields
        extra = fields.add_form_field_to_step(
            self.org, self.template, self.steps[0], {"label": "Note", "field_type": "text", "required": False}
        )
        changed = fields.update_form_field(
            self.org, self.template, self.steps[0], extra.id, label="Remark", field_type="text", required=False
        )
        same("label", changed.label, "Remark")
        expect(
            fields.move_form_field(self.org, self.template, self.steps[0], extra.id, self.steps[2]), "moved"
        )
        expect(fields.delete_form_field(self.org, self.template, self.steps[2], extra.id), "deleted")
        return "Remark came and went"

    def step_kickoff_fields_are_written(self):
        prerun = [
            {"label": "Cellar", "field_type": "text", "required": True, "position": 1},
            {
                "label": "Kind",
                "field_type": "radio",
                "required": False,
                "position": 2,
                "options": [{"id": 1, "text": "Dry"}, {"id": 2, "text": "Wet"}],
            },
        ]
        template = self.sdk.templates.update_template_metadata(
            self.org, self.template, title="Cellar audit", prerun=prerun
        )
        same("fields", [field.field_type for field in template.prerun], ["text", "radio"])
        self.cellar, self.kind = (field.id for field in template.prerun)
        read = self.sdk.templates.get_kickoff_form_fields(self.org, self.template)
        same("read", len(read), 2)
        return f"{len(read)} kick-off fields"

    def step_an_automation_is_added(self):
        rule = {
            "automated_alias": "Hide the report when dry",
            "conditions": [
                {
                    "conditionable_id": self.kind,
                    "conditionable_type": "Prerun",
                    "operation": "equals",
                    "statement": "Dry",
                    "logic": "and",
                }
            ],
            "then_actions": [
                {"action_type": "visibility", "action_verb": "hide", "target_step_id": self.steps[2]}
            ],
        }
        answer = self.sdk.templates.create_automation_rule(self.org, self.template, rule)
        self.rule = item(answer)["id"]
        visibility = self.sdk.templates.get_step_visibility_conditions(self.org, self.template, self.steps[2])
        expect(visibility, "conditions")
        return self.rule

    def step_a_step_is_described_copied_moved_and_deleted(self):
        templates = self.sdk.templates
        templates.edit_description_on_step(self.org, self.template, self.steps[0], "All of them")
        copy = item(templates.clone_step(self.org, self.template, self.steps[0]))["id"]
        templates.reorder_step(self.org, self.template, copy, 1)
        expect(templates.delete_step(self.org, self.template, copy), "deleted")
        whole = templates.get_template_with_steps(self.org, self.template)
        expect(whole, "template with steps")
        templates.add_assignees_to_step(self.org, self.template, self.steps[0], [self.me, self.ben])
        dependencies = templates.get_step_dependencies(self.org, self.template, self.steps[2])
        expect(dependencies, "dependencies")
        return "copy came and went"

    def step_a_template_is_copied_and_deleted(self):
        copy = self.sdk.templates.duplicate_template(self.org, self.template, "Second cellar", tenant=self.org)
        same("title", copy.title, "Second cellar")
        gone = self.sdk.templates.delete_template_with_references(self.org, copy.id)
        titles = [one.title for one in self.sdk.templates.get_all_templates(self.org).data]
        expect("Second cellar" not in titles and "Cellar audit" in titles, "the list")
        return f"{gone.get('message')}"

    # Processes

    def step_a_process_is_launched(self):
        run = self.sdk.tasks.launch_process(
            self.org, self.template, "Audit 36", prerun={self.cellar: "North", self.kind: "Wet"}
        )
        same("status", run.status, "active")
        self.run_id = run.id
        tasks = self.sdk.tasks.get_tasks_for_process(self.org, process_id=run.id).data
        same("tasks", len(tasks), 3)
        self.tasks = {task.title: task.id for task in tasks}
        return f"{run.name} with {len(tasks)} tasks"

    def step_a_launch_without_a_required_answer_is_refused(self):
        refused = fails(422, lambda: self.sdk.tasks.launch_process(self.org, self.template, "Audit 0"))
        expect("Cellar is required" in json.dumps(refused.response_data), refused.response_data)
        return "422 names the field"

    def step_an_automation_hides_a_task(self):
        run = self.sdk.tasks.launch_process(
            self.org, self.template, "Audit 37", prerun={self.cellar: "South", self.kind: "Dry"}
        )
        tasks = self.sdk.tasks.get_tasks_for_process(self.org, process_id=run.id).data
        same("status", {t.title: t.status for t in tasks}["Send the report"], "auto-skipped")
        expect(self.sdk.tasks.archive_process(self.org, run.id), "archived")
        back = self.sdk.tasks.reactivate_process(self.org, run.id)
        same("status", back.status, "active")
        return f"{run.name} was archived and brought back"

    def step_form_values_are_written(self):
        data = {self.number: "41", self.colour: {"id": 2, "text": "White"}}
        self.sdk.tasks.update_task(self.org, self.run_id, self.tasks["Count"], taskdata=data)
        task = self.sdk.tasks.get_task(self.org, self.run_id, self.tasks["Count"], with_="form_fields")
        same("answer", task.taskdata[self.number], "41")
        refused = lambda: self.sdk.tasks.update_task(
            self.org, self.run_id, self.tasks["Count"], taskdata={self.colour: "White"}
        )
        fails(422, refused)
        return "41 bottles of White"

    def step_a_file_goes_there_and_back(self):
        content = bytes(range(256)) * 40
        asset = self.sdk.files.upload_file(
            self.org,
            content,
            "shelf.png",
            uploaded_from=self.photo,
            subject_type="Run",
            subject_id=self.run_id,
            step_id=self.steps[0],
            checklist_id=self.template,
        )
        same("bytes", self.sdk.files.download_file(self.org, asset.id), content)
        value = [{"id": asset.id, "filename": asset.filename, "source": "local"}]
        self.sdk.tasks.update_task(self.org, self.run_id, self.tasks["Count"], taskdata={self.photo: value})
        url = f"organizations/{self.org}/file/{asset.id}/dl"
        same("by url", self.sdk.files.download_file_from_url(url), content)
        fails(404, lambda: self.sdk.files.download_file(self.org, "0" * 32))
        return f"{asset.filename}, {len(content)} bytes"

    def step_comments_and_issues_are_written(self):
        threads = self.sdk.threads
        task = self.tasks["Count"]
        comment = threads.add_task_comment(self.org, task, "Half done")
        changed = threads.update_task_comment(self.org, task, comment.id, "All done")
        same("content", changed.content, "All done")
        issue = threads.report_task_issue(self.org, task, "The door is shut")
        fails(422, lambda: self.sdk.tasks.complete_task(self.org, self.run_id, task))
        expect(threads.resolve_task_issues(self.org, task, issue.id, "Open again"), "resolved")
        contents = [one.content for one in threads.get_task_comments(self.org, self.run_id, task)]
        same("comments", contents, ["All done", "The door is shut", "Open again"])
        expect(threads.delete_task_comment(self.org, task, comment.id), "deleted")
        return f"{len(contents)} comments"

    def step_tasks_are_completed(self):
        done = self.sdk.tasks.complete_task(self.org, self.run_id, self.tasks["Count"])
        same("status", done.status, "completed")
        approve = self.tasks["Approve the count"]
        fails(422, lambda: self.sdk.tasks.complete_task(self.org, self.run_id, approve))
        self.sdk.tasks.complete_task(self.org, self.run_id, approve, is_approved=False)
        reopened = self.sdk.tasks.reopen_task(self.org, self.run_id, approve)
        same("status", reopened.status, "in-progress")
        self.sdk.tasks.complete_task(self.org, self.run_id, approve, is_approved=True)
        self.sdk.tasks.complete_task(self.org, self.run_id, self.tasks["Send the report"])
        run = self.sdk.tasks.get_process(self.org, self.run_id)
        same("status", run.status, "complete")
        return f"{run.name} is {run.status}"

    def step_the_kickoff_form_is_reopened_and_submitted(self):
        expect(self.sdk.tasks.reopen_kickoff_form(self.org, self.run_id), "reopened")
        expect(self.sdk.tasks.complete_kickoff_form(self.org, self.run_id), "submitted")
        run = self.sdk.tasks.update_process(self.org, self.run_id, name="Audit 36, checked")
        same("name", run.name, "Audit 36, checked")
        return run.name

    def step_one_off_tasks_are_worked_on(self):
        tasks = self.sdk.tasks
        before = len(tasks.get_my_tasks(self.org).data)
        task = tasks.create_task(self.org, "Buy labels", "2030-01-31 12:00:00", user_ids=[self.me])
        changed = tasks.update_standalone_task(
            self.org,
            task.id,
            title="Buy more labels",
            deadline="2030-02-28 12:00:00",
            owners={"users": [self.me], "guests": [], "groups": []},
        )
        same("title", changed.title, "Buy more labels")
        same("status", tasks.complete_standalone_task(self.org, task.id).status, "completed")
        same("status", tasks.reopen_standalone_task(self.org, task.id).status, "in-progress")
        mine = [one.id for one in tasks.get_my_tasks(self.org).data]
        same("mine", (task.id in mine, len(mine)), (True, before + 1))
        same("comments", len(self.sdk.threads.get_standalone_task_comments(self.org, task.id)), 0)
        expect(tasks.delete_standalone_task(self.org, task.id), "deleted")
        return f"{len(mine)} tasks of mine"

    def step_lists_are_filtered(self):
        runs = self.sdk.tasks.get_organization_runs(self.org, checklist_id=self.template)
        same("runs", sorted(run.name for run in runs.data), ["Audit 36, checked", "Audit 37"])
        done = self.sdk.tasks.get_organization_runs(self.org, checklist_id=self.template, status="complete")
        theirs = self.sdk.tasks.get_user_tasks(self.org, self.ben).data
        expect(all(self.ben in task.owners.users or task.owners.groups for task in theirs), "theirs")
        return f"{len(runs.data)} processes, {len(done.data)} complete, {len(theirs)} tasks of Ben"

    # Marks

    def step_tags_are_hung_and_taken_off(self):
        tags = self.sdk.tags
        tag = tags.create_tag(self.org, "Cellar", color="#2a6f97")
        same("title", tags.update_tag(self.org, tag.id, title="Cellars").title, "Cellars")
        expect(tags.tag_process(self.org, self.run_id, tag.id), "tagged")
        expect(tags.tag_template(self.org, self.template, tag.id), "tagged")
        run = self.sdk.tasks.get_process(self.org, self.run_id, with_="tags")
        tagged = self.sdk.tasks.get_organization_runs(self.org, tag=tag.id)
        same("tagged", [one.id for one in tagged.data], [run.id])
        expect(tags.untag_process(self.org, self.run_id, tag.id), "untagged")
        expect(tags.untag_template(self.org, tag.id, template_id=self.template), "untagged")
        same("titles", sorted(one.title for one in tags.get_tags(self.org)), ["Cellars", "Finance", "Urgent"])
        same("one", tags.get_tag(self.org, tag.id).id, tag.id)
        expect(tags.delete_tag(self.org, tag.id), "deleted")
        return tag.title

    def step_folders_hold_processes(self):
        folders = self.sdk.folders
        folder = folders.create_folder(self.org, "Wine")
        same("name", folders.update_folder(self.org, folder.id, name="Wines").name, "Wines")
        same("one", folders.get_folder(self.org, folder.id).id, folder.id)
        # The client makes folders of templates alone; the seed has one of processes.
        of_processes = folders.get_folders(self.org, folder_type="run")[0]
        filed = folders.add_object_to_folder(self.org, of_processes.id, self.run_id, "run")
        expect(isinstance(filed, dict), "relation")
        expect(folders.remove_object_from_folder(self.org, filed["id"]), "taken out")
        expect(folders.add_object_to_folder(self.org, folder.id, self.template, "checklist"), "template")
        expect(folders.delete_folder(self.org, folder.id), "deleted")
        names = [one.name for one in folders.get_folders(self.org)]
        expect("Wines" not in names, "gone")
        return f"{len(names)} folders left"

    def step_groups_are_managed(self):
        groups = self.sdk.groups
        group = groups.create_group(self.org, "Cellar crew", description="Who counts", members=[self.ben])
        changed = groups.update_group(self.org, group.id, name="Crew", members=[self.ben, self.me])
        same("members", sorted(changed.members), sorted([self.ben, self.me]))
        same("one", groups.get_group(self.org, group.id).name, "Crew")
        same("names", sorted(one.name for one in groups.get_groups(self.org)), ["Crew", "Purchasing"])
        expect(groups.delete_group(self.org, group.id), "deleted")
        return group.name

    def step_guests_are_managed(self):
        users = self.sdk.users
        guest = users.create_guest(self.org, "jo@example.com", "Jo", "Lind", company_name="Lorry")
        same("one", users.get_guest(self.org, "jo@example.com").link, guest.link)
        users.update_guest(self.org, "jo@example.com", first_name="Joe")
        code = guest.guest_id
        self.sdk.tasks.create_task(self.org, "Drive", "2030-01-31 12:00:00", guest_emails=["jo@example.com"])
        theirs = users.get_guest_tasks(self.org, code).data
        same("tasks", [task.title for task in theirs], ["Drive"])
        fails(403, lambda: users.disable_guest(self.org, "jo@example.com"))
        done = self.sdk.tasks.complete_standalone_task(self.org, theirs[0].id)
        same("status", done.status, "completed")
        expect(users.disable_guest(self.org, "jo@example.com"), "disabled")
        expect(users.enable_guest(self.org, "jo@example.com"), "enabled")
        everybody = users.get_organization_guests(self.org, with_stats=True).data
        return f"{len(everybody)} guests"

    def step_search_finds_them(self):
        searches = self.sdk.searches
        same("template", searches.search_templates_by_name(self.org, "Cellar audit"), self.template)
        same("process", searches.search_processes_by_name(self.org, "Audit 36, checked"), self.run_id)
        found = searches.search_all(self.org, "audit")
        tasks = searches.search_tasks(self.org, "report")
        same("tasks", [task.title for task in tasks.data], ["Send the report"] * 2)
        return ", ".join(f"{kind} {len(results.data)}" for kind, results in found.items())

    def step_what_is_deleted_is_gone(self):
        expect(self.sdk.templates.delete_automation_rule(self.org, self.template, self.rule) is not None, "rule")
        expect(self.sdk.templates.delete_template(self.org, self.template), "template")
        fails(404, lambda: self.sdk.templates.get_template(self.org, self.template))
        expect(self.sdk.tasks.archive_process(self.org, self.run_id), "process")
        return "template and process"


def item(answer):
    """The object in an answer, with or without its envelope."""
    return answer["data"] if "data" in answer else answer


def expect(holds, what):
    if not holds:
        raise AssertionError(f"{what}: {holds!r}")


def same(what, found, expected):
    if found != expected:
        raise AssertionError(f"{what}: found {found!r}, expected {expected!r}")


def fails(status, call):
    try:
        call()
    except TallyfyError as error:
        if error.status_code == status:
            return error
        raise
    raise AssertionError(f"no {status}")


def start():
    """A sandbox on a free port, and what it says about itself."""
    command = ["cargo", "run", "--quiet", "-p", "tallyfy-sandbox"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    if not line:
        sys.exit("the sandbox did not start")
    return process, json.loads(line)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base-url", help="of a running sandbox, with /api at its end")
    parser.add_argument("--token", default="sandbox-token-admin")
    parser.add_argument("--organization", default="d83c7e1b40f5492ab6e1c97d05fa3826")
    arguments = parser.parse_args()
    if arguments.base_url:
        return Walk(arguments.base_url, arguments.token, arguments.organization).run()
    process, about = start()
    try:
        return Walk(about["base_url"], about["token"], about["organization"]).run()
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
