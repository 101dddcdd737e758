// Tallyfy's own Go client walks through the sandbox: does it find what it expects of the service?
//
// Needs the module github.com/tallyfy/cli (Go 1.25). CONTRIBUTING.md has the commands. Speaks to a running sandbox
// named by TALLYFY_BASE_URL, TALLYFY_API_TOKEN and TALLYFY_ORG_ID. Prints a line for each step; ends with 1 at the
// first that fails.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/tallyfy/cli/pkg/tallyfy"
)

// A walk runs steps one after another; a step may use what an earlier one left here.
type walk struct {
	client *tallyfy.Client
	org    string
	ctx    context.Context

	me       string
	template string
	process  string
	tasks    []tallyfy.Task
}

func main() {
	w := walk{
		client: tallyfy.New(tallyfy.Options{
			BaseURL:    os.Getenv("TALLYFY_BASE_URL"),
			Token:      os.Getenv("TALLYFY_API_TOKEN"),
			MaxRetries: -1,
		}),
		org: os.Getenv("TALLYFY_ORG_ID"),
		ctx: context.Background(),
	}
	if w.org == "" || os.Getenv("TALLYFY_BASE_URL") == "" {
		fmt.Fprintln(os.Stderr, "TALLYFY_BASE_URL and TALLYFY_ORG_ID name the sandbox to walk through; see CONTRIBUTING.md")
		os.Exit(1)
	}
	steps := []struct {
		name string
		run  func() (string, error)
	}{
		{"who am i", w.whoAmI},
		{"a template is created, changed and published", w.templateIsMade},
		{"an automation comes and goes", w.automation},
		{"a process is launched with kick-off values", w.launch},
		{"a process is renamed, archived and brought back", w.changeProcess},
		{"form values are written, tasks completed and reopened", w.work},
		{"one-off tasks are completed", w.oneOff},
		{"every page of a list is read", w.pages},
		{"members are invited, promoted, disabled, enabled", w.members},
		{"guests are managed", w.guests},
		{"groups, folders and tags are managed", w.smallThings},
		{"errors are told apart", w.failures},
	}
	for _, step := range steps {
		said, err := step.run()
		if err != nil {
			fmt.Printf("FAIL %s: %v\n", step.name, err)
			os.Exit(1)
		}
		fmt.Printf("ok   %s: %s\n", step.name, said)
	}
	fmt.Printf("%d steps done, 0 failed\n", len(steps))
}

func (w *walk) whoAmI() (string, error) {
	me, err := w.client.Me(w.ctx)
	if err != nil {
		return "", err
	}
	organizations, pages, err := w.client.MyOrganizations(w.ctx, tallyfy.ListOptions{})
	if err != nil {
		return "", err
	}
	w.me = me.ID.String()
	return me.Email, expect("the organization", pages != nil && pages.Total == 1 && organizations[0].ID == w.org)
}

func (w *walk) templateIsMade() (string, error) {
	made, raw, err := w.client.CreateBlueprint(w.ctx, w.org, text(map[string]any{
		"title": "Go walk", "type": "procedure", "owner_id": json.Number(w.me),
		"prerun": []any{
			map[string]any{"label": "Customer", "field_type": "text", "required": true},
			map[string]any{"label": "Size", "field_type": "radio", "required": false, "options": []any{
				map[string]any{"id": 1, "text": "Small"}, map[string]any{"id": 2, "text": "Large"},
			}},
		},
	}))
	if err != nil {
		return "", err
	}
	w.template = made.ID
	if _, _, err := w.client.Raw(w.ctx, "POST", w.path("checklists", made.ID, "steps"), nil, text(map[string]any{
		"title": "Pack", "step_type": "task", "assignees": []any{json.Number(w.me)},
	})); err != nil {
		return "", err
	}
	changed, err := w.client.UpdateBlueprint(w.ctx, w.org, made.ID, text(map[string]any{
		"title": "Go walk, changed", "users": []any{json.Number(w.me)}, "groups": []any{},
	}))
	if err != nil {
		return "", err
	}
	if err := w.client.PublishBlueprint(w.ctx, w.org, made.ID); err != nil {
		return "", err
	}
	steps, err := w.client.GetBlueprintSteps(w.ctx, w.org, made.ID)
	if err != nil {
		return "", err
	}
	copied, err := w.client.CloneBlueprint(w.ctx, w.org, made.ID, "Go walk, copy")
	if err != nil {
		return "", err
	}
	if err := w.client.DeleteBlueprint(w.ctx, w.org, copied.ID); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s, %d bytes", changed.Title, len(raw)), errors.Join(
		expect("title", changed.Title == "Go walk, changed"),
		expect("one step", rows(steps) == 1),
		expect("copy has another id", copied.ID != made.ID && copied.Title == "Go walk, copy"),
	)
}

func (w *walk) automation() (string, error) {
	steps, err := w.client.GetBlueprintSteps(w.ctx, w.org, w.template)
	if err != nil {
		return "", err
	}
	var found []struct{ ID string }
	if err := json.Unmarshal(steps, &found); err != nil {
		return "", err
	}
	fields, err := w.client.GetKickoffFields(w.ctx, w.org, w.template)
	if err != nil {
		return "", err
	}
	rule := text(map[string]any{
		"automated_alias": "Large ones are hidden",
		"conditions": []any{map[string]any{
			"conditionable_id": fields[1].ID, "conditionable_type": "Prerun", "operation": "equals",
			"statement": "Large", "logic": "and", "position": 1,
		}},
		"then_actions": []any{map[string]any{
			"action_type": "visibility", "action_verb": "hide", "target_step_id": found[0].ID, "position": 1,
		}},
	})
	made, err := w.client.CreateAutomation(w.ctx, w.org, w.template, rule)
	if err != nil {
		return "", err
	}
	var automation struct{ ID string }
	if err := json.Unmarshal(made, &automation); err != nil {
		return "", err
	}
	listed, err := w.client.ListAutomations(w.ctx, w.org, w.template)
	if err != nil {
		return "", err
	}
	if err := w.client.DeleteAutomation(w.ctx, w.org, w.template, automation.ID); err != nil {
		return "", err
	}
	after, err := w.client.ListAutomations(w.ctx, w.org, w.template)
	return automation.ID, errors.Join(err, expect("came and went", rows(listed) == 1 && rows(after) == 0))
}

func (w *walk) launch() (string, error) {
	fields, err := w.client.GetKickoffFields(w.ctx, w.org, w.template)
	if err != nil {
		return "", err
	}
	process, err := w.client.LaunchProcess(w.ctx, w.org, text(map[string]any{
		"checklist_id": w.template, "name": "Go walk 1",
		"prerun": map[string]any{fields[0].ID: "Blue Fjord", fields[1].ID: "Small"},
	}))
	if err != nil {
		return "", err
	}
	w.process = process.ID
	w.tasks, _, err = w.client.ListRunTasks(w.ctx, w.org, process.ID, tallyfy.ListOptions{All: true})
	return process.Name, errors.Join(err, expect("a task a step", len(w.tasks) == 1 && w.tasks[0].Title == "Pack"))
}

func (w *walk) changeProcess() (string, error) {
	changed, err := w.client.UpdateProcess(w.ctx, w.org, w.process, text(map[string]any{
		"name": "Go walk, renamed", "users": []any{json.Number(w.me)}, "groups": []any{},
	}))
	if err != nil {
		return "", err
	}
	if err := w.client.ArchiveProcess(w.ctx, w.org, w.process); err != nil {
		return "", err
	}
	if err := w.client.ReactivateProcess(w.ctx, w.org, w.process); err != nil {
		return "", err
	}
	read, _, err := w.client.GetProcess(w.ctx, w.org, w.process, []string{"tasks"})
	if err != nil {
		return "", err
	}
	return read.Name, expect("renamed and active", changed.Name == read.Name && read.Status == "active" && read.ArchivedAt == nil)
}

func (w *walk) work() (string, error) {
	task := w.tasks[0].ID
	if _, err := w.client.UpdateRunTask(w.ctx, w.org, w.process, task, text(map[string]any{
		"title": "Pack it", "deadline": "2027-03-01 12:00:00",
		"owners": map[string]any{"users": []any{json.Number(w.me)}, "guests": []any{}, "groups": []any{}},
	})); err != nil {
		return "", err
	}
	if _, err := w.client.CommentTask(w.ctx, w.org, task, "Packed."); err != nil {
		return "", err
	}
	done, err := w.client.CompleteTask(w.ctx, w.org, w.process, task)
	if err != nil {
		return "", err
	}
	finished, _, err := w.client.GetProcess(w.ctx, w.org, w.process, nil)
	if err != nil {
		return "", err
	}
	if err := w.client.ReopenTask(w.ctx, w.org, w.process, task); err != nil {
		return "", err
	}
	open, _, err := w.client.GetRunTask(w.ctx, w.org, w.process, task)
	if err != nil {
		return "", err
	}
	return open.Title, errors.Join(
		expect("completed", done.CompletedAt != nil && finished.Status == "complete"),
		expect("open again", open.CompletedAt == nil && open.Title == "Pack it"),
	)
}

func (w *walk) oneOff() (string, error) {
	mine, _, err := w.client.ListMyTasks(w.ctx, w.org, tallyfy.ListOptions{All: true})
	if err != nil {
		return "", err
	}
	for _, task := range mine {
		if task.RunID != nil {
			continue
		}
		done, err := w.client.CompleteOrgTask(w.ctx, w.org, task.ID)
		if err != nil {
			return "", err
		}
		if err := w.client.ReopenOrgTask(w.ctx, w.org, task.ID); err != nil {
			return "", err
		}
		open, _, err := w.client.GetOrgTask(w.ctx, w.org, task.ID)
		if err != nil {
			return "", err
		}
		return task.Title, expect("done, then open", done.CompletedAt != nil && open.CompletedAt == nil)
	}
	return "", errors.New("there is no one-off task of mine")
}

func (w *walk) pages() (string, error) {
	all, _, err := w.client.ListOrgTasks(w.ctx, w.org, tallyfy.ListOptions{All: true, PerPage: 2})
	if err != nil {
		return "", err
	}
	first, pages, err := w.client.ListOrgTasks(w.ctx, w.org, tallyfy.ListOptions{PerPage: 2})
	if err != nil {
		return "", err
	}
	limited, _, err := w.client.ListProcesses(w.ctx, w.org, tallyfy.ListOptions{All: true, Limit: 1})
	return fmt.Sprintf("%d tasks", len(all)), errors.Join(err,
		expect("total", pages.Total == len(all) && len(all) > 2 && len(first) == 2), expect("limit", len(limited) == 1))
}

func (w *walk) members() (string, error) {
	if _, err := w.client.InviteUser(w.ctx, w.org, text(map[string]any{
		"email": "gopher@example.com", "first_name": "Go", "last_name": "Pher", "role": "light",
		"message": "Welcome",
	})); err != nil {
		return "", err
	}
	users, _, err := w.client.ListUsers(w.ctx, w.org, tallyfy.ListOptions{All: true})
	if err != nil {
		return "", err
	}
	for _, user := range users {
		if user.Email != "gopher@example.com" {
			continue
		}
		id := user.ID.String()
		return user.Email, errors.Join(
			w.client.SetUserRole(w.ctx, w.org, id, "standard"),
			w.client.DisableUser(w.ctx, w.org, id),
			w.client.EnableUser(w.ctx, w.org, id),
		)
	}
	return "", errors.New("who was invited is not listed")
}

func (w *walk) guests() (string, error) {
	email := "client+go@example.com"
	if _, err := w.client.CreateGuest(w.ctx, w.org, text(map[string]any{"email": email, "first_name": "Cli", "last_name": "Ent"})); err != nil {
		return "", err
	}
	guest, err := w.client.GetGuest(w.ctx, w.org, email)
	if err != nil {
		return "", err
	}
	if _, err := w.client.UpdateGuest(w.ctx, w.org, email, text(map[string]any{"associated_members": []any{json.Number(w.me)}})); err != nil {
		return "", err
	}
	guests, _, err := w.client.ListGuests(w.ctx, w.org, tallyfy.ListOptions{All: true})
	return guest.Email, errors.Join(err, expect("listed", len(guests) > 1 && guest.Email == email))
}

func (w *walk) smallThings() (string, error) {
	group, err := w.client.CreateGroup(w.ctx, w.org, text(map[string]any{
		"name": "Gophers", "description": "Who walk", "members": []any{json.Number(w.me)},
	}))
	if err != nil {
		return "", err
	}
	changed, err := w.client.UpdateGroup(w.ctx, w.org, group.ID, text(map[string]any{
		"name": "Gophers all", "description": "Who walk", "members": []any{json.Number(w.me)}, "guests": []any{},
	}))
	if err != nil {
		return "", err
	}
	folder, err := w.client.CreateFolder(w.ctx, w.org, text(map[string]any{"name": "Go"}))
	if err != nil {
		return "", err
	}
	tag, err := w.client.CreateTag(w.ctx, w.org, text(map[string]any{"title": "go", "color": "#00add8"}))
	if err != nil {
		return "", err
	}
	renamed, err := w.client.UpdateTag(w.ctx, w.org, tag.ID, text(map[string]any{"title": "golang", "color": "#00add8"}))
	if err != nil {
		return "", err
	}
	folders, _, err := w.client.ListFolders(w.ctx, w.org, tallyfy.ListOptions{All: true})
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s, %s, %s", changed.Name, folder.Name, renamed.Title), errors.Join(
		expect("the folder is listed", len(folders) > 0),
		w.client.DeleteGroup(w.ctx, w.org, group.ID),
		w.client.DeleteFolder(w.ctx, w.org, folder.ID),
		w.client.DeleteTag(w.ctx, w.org, tag.ID),
	)
}

func (w *walk) failures() (string, error) {
	_, _, missing := w.client.GetProcess(w.ctx, w.org, "ffffffffffffffffffffffffffffffff", nil)
	_, invalid := w.client.LaunchProcess(w.ctx, w.org, text(map[string]any{"checklist_id": w.template}))
	stranger := tallyfy.New(tallyfy.Options{BaseURL: os.Getenv("TALLYFY_BASE_URL"), Token: "none", MaxRetries: -1})
	_, unknown := stranger.Me(w.ctx)
	return "404, 422, 401", errors.Join(status(missing, 404), status(invalid, 422), status(unknown, 401))
}

func (w *walk) path(parts ...string) string {
	path := "organizations/" + w.org
	for _, part := range parts {
		path += "/" + part
	}
	return path
}

// text is a value as JSON.
func text(value any) json.RawMessage {
	bytes, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return bytes
}

// rows counts the rows of a list.
func rows(list json.RawMessage) int {
	var found []json.RawMessage
	if json.Unmarshal(list, &found) != nil {
		return -1
	}
	return len(found)
}

func expect(what string, holds bool) error {
	if holds {
		return nil
	}
	return errors.New("not as expected: " + what)
}

func status(err error, expected int) error {
	var api *tallyfy.APIError
	if errors.As(err, &api) && api.StatusCode == expected {
		return nil
	}
	return fmt.Errorf("expected %d, found %w", expected, errors.Join(err))
}
