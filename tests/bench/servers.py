#!/usr/bin/env python3
"""Interoperability check with running doccano and Label Studio servers: import and export keep all entities.

Install each server from PyPI into a separate environment, because their dependencies conflict:
    pip install doccano 'marshmallow<4' 'numpy<2' 'setuptools<81'      pip install label-studio
Requires requests and a release build. The script starts the servers in temporary directories.
Usage: servers.py DATASET_FOLDER [--doccano BIN_FOLDER] [--label-studio BIN_FOLDER]
"""
import argparse, collections, io, json, os, subprocess, sys, tempfile, time, zipfile
import requests

program = os.path.abspath("target/release/tagwright")
arguments = argparse.ArgumentParser()
arguments.add_argument("data")
arguments.add_argument("--doccano")
arguments.add_argument("--label-studio")
arguments = arguments.parse_args()
work = tempfile.mkdtemp()


def counts(path):
    """Returns the number of entities by label, as read by Tagwright."""
    found = subprocess.run([program, "inspect", path, "--json"], check=True, capture_output=True, text=True).stdout
    return collections.Counter({label: n for label, n in json.loads(found)["labels"].items() if n})


def report(what, path, expected):
    found = counts(path)
    print(f"{what:<52} {'the same' if found == expected else f'{dict(found)} instead of {dict(expected)}'}")
    assert found == expected, what


def write(format):
    """Converts the dataset and returns the file of the train split."""
    folder = os.path.join(work, format)
    subprocess.run([program, "convert", arguments.data, folder, "--to", format], check=True, capture_output=True)
    return next(os.path.join(folder, name) for name in os.listdir(folder) if name.startswith("train"))


def until_up(url):
    for _ in range(240):
        try:
            if requests.get(url, timeout=2).status_code < 500:
                return
        except requests.RequestException:
            pass
        time.sleep(0.5)
    sys.exit(f"{url} did not come up")


def doccano(bin_folder):
    base = "http://127.0.0.1:8123"
    environment = {**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}", "DOCCANO_HOME": os.path.join(work, "home")}
    run = lambda *a: subprocess.run(["doccano", *a], env=environment, cwd=work, check=True, capture_output=True)
    run("init")
    run("createuser", "--username", "admin", "--password", "pass")
    start = lambda *a: subprocess.Popen(["doccano", *a], env=environment, cwd=work, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, start_new_session=True)
    servers = [start("webserver", "--port", "8123"), start("task")]
    try:
        until_up(base)
        path = write("doccano")
        s = requests.Session()
        s.post(f"{base}/v1/auth/login/", json={"username": "admin", "password": "pass"}).raise_for_status()
        s.headers.update({"X-CSRFToken": s.cookies.get("csrftoken", ""), "Referer": base})
        project = s.post(f"{base}/v1/projects", json={
            "name": "t", "description": "t", "guideline": "", "project_type": "SequenceLabeling",
            "resourcetype": "SequenceLabelingProject", "allow_overlapping": True, "tags": []}).json()["id"]

        def finished(task):
            while not (state := s.get(f"{base}/v1/tasks/status/{task}").json()).get("ready"):
                time.sleep(0.5)
            return state

        with open(path, "rb") as file:
            upload = s.post(f"{base}/v1/fp/process/", files={"filepond": ("train.jsonl", file)}).text.strip('"')
        task = s.post(f"{base}/v1/projects/{project}/upload", json={
            "format": "JSONL", "task": "SequenceLabeling", "uploadIds": [upload], "column_data": "text",
            "column_label": "label", "encoding": "utf_8"}).json()["task_id"]
        assert finished(task)["result"]["error"] == []
        task = s.post(f"{base}/v1/projects/{project}/download", json={"format": "JSONL", "exportApproved": False})
        task = task.json()["task_id"]
        finished(task)
        exported = zipfile.ZipFile(io.BytesIO(s.get(f"{base}/v1/projects/{project}/download?taskId={task}").content))
        back = exported.extract(exported.namelist()[0], os.path.join(work, "back"))
        report("doccano: our JSONL imported, its export read", back, counts(path))
    finally:
        for server in servers:
            os.killpg(server.pid, 15)


def label_studio(bin_folder):
    base, token = "http://127.0.0.1:8124", "0" * 40
    environment = {**os.environ, "LABEL_STUDIO_BASE_DATA_DIR": os.path.join(work, "studio"), "COLLECT_ANALYTICS": "False",
                   "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true", "LABEL_STUDIO_USERNAME": "a@b.c",
                   "LABEL_STUDIO_PASSWORD": "passpass1", "LABEL_STUDIO_USER_TOKEN": token}
    server = subprocess.Popen([f"{bin_folder}/label-studio", "start", "--no-browser", "--port", "8124"], env=environment,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        until_up(f"{base}/health")
        path = write("label-studio")
        s = requests.Session()
        s.headers["Authorization"] = f"Token {token}"
        labels = "".join(f'<Label value="{label}"/>' for label in counts(path))
        view = f'<View><Labels name="label" toName="text">{labels}</Labels><Text name="text" value="$text"/></View>'
        project = s.post(f"{base}/api/projects", json={"title": "tagwright", "label_config": view}).json()["id"]
        with open(path) as file:
            s.post(f"{base}/api/projects/{project}/import", json=json.load(file)).raise_for_status()
        for kind, ending in {"JSON": "json", "JSON_MIN": "json", "CONLL2003": "conll"}.items():
            back = os.path.join(work, f"{kind}.{ending}")
            with open(back, "wb") as file:
                file.write(s.get(f"{base}/api/projects/{project}/export?exportType={kind}").content)
            report(f"Label Studio: our JSON imported, its {kind} read", back, counts(path))
    finally:
        os.killpg(server.pid, 15)


if arguments.doccano:
    doccano(os.path.abspath(arguments.doccano))
if arguments.label_studio:
    label_studio(os.path.abspath(arguments.label_studio))
