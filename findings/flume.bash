# What the findings about Flume share: Flume from Maven Central, by the Ivy that pyspark brings, and an agent that writes
# the lines of logs to files.

# Fetch Flume 1.11.0 and what a TAILDIR source, a memory channel and a file sink need below a folder.
install_flume() {
    python3 -m venv "$1/venv"
    "$1/venv/bin/pip" -q --disable-pip-version-check install pyspark==4.2.0
    cat >"$1/ivy.xml" <<'XML'
<ivy-module version="2.0"><info organisation="finding" module="flume"/><configurations><conf name="default"/></configurations>
<dependencies>
<dependency org="org.apache.flume" name="flume-ng-node" rev="1.11.0" conf="default->default" transitive="false"/>
<dependency org="org.apache.flume" name="flume-ng-core" rev="1.11.0" conf="default->default" transitive="false"/>
<dependency org="org.apache.flume" name="flume-ng-sdk" rev="1.11.0" conf="default->default" transitive="false"/>
<dependency org="org.apache.flume" name="flume-ng-auth" rev="1.11.0" conf="default->default" transitive="false"/>
<dependency org="org.apache.flume" name="flume-ng-configuration" rev="1.11.0" conf="default->default" transitive="false"/>
<dependency org="org.apache.flume" name="flume-ng-config-filter-api" rev="1.11.0" conf="default->default" transitive="false"/>
<dependency org="org.apache.flume.flume-ng-sources" name="flume-taildir-source" rev="1.11.0" conf="default->default" transitive="false"/>
<dependency org="com.google.guava" name="guava" rev="33.4.8-jre" conf="default->default" transitive="false"/>
<dependency org="com.google.code.gson" name="gson" rev="2.9.0" conf="default->default" transitive="false"/>
<dependency org="commons-cli" name="commons-cli" rev="1.9.0" conf="default->default" transitive="false"/>
<dependency org="commons-io" name="commons-io" rev="2.16.1" conf="default->default" transitive="false"/>
<dependency org="commons-lang" name="commons-lang" rev="2.6" conf="default->default" transitive="false"/>
<dependency org="org.apache.commons" name="commons-lang3" rev="3.18.0" conf="default->default" transitive="false"/>
<dependency org="org.apache.commons" name="commons-text" rev="1.14.0" conf="default->default" transitive="false"/>
<dependency org="org.slf4j" name="slf4j-simple" rev="1.7.36" conf="default->default" transitive="false"/>
<dependency org="org.slf4j" name="slf4j-api" rev="1.7.36" conf="default->default" transitive="false"/>
</dependencies></ivy-module>
XML
    ivy=$(echo "$1"/venv/lib/python3*/site-packages/pyspark/jars/ivy-*.jar)
    cat >"$1/ivysettings.xml" <<'XML'
<ivysettings><settings defaultResolver="central"/>
<resolvers><ibiblio name="central" m2compatible="true" usepoms="false"/></resolvers></ivysettings>
XML
    java -jar "$ivy" -settings "$1/ivysettings.xml" -ivy "$1/ivy.xml" -cache "$1/ivy" \
        -retrieve "$1/jars/[artifact]-[revision].[ext]" -warn >"$1/ivy.log" 2>&1 || { tail -5 "$1/ivy.log"; exit 1; }
}

# Wait until an agent has sent so many lines with a word, two minutes at most, and three seconds more, in which more may come.
wait_sent() {
    for _ in $(seq 120); do
        [ "$(sent "$1" "$2")" -ge "$3" ] && break
        sleep 1
    done
    sleep 3
}

# Print how many lines with a word were sent.
sent() {
    cat "$1"/out/* 2>/dev/null | grep -c "$2" || true
}

# End the agent in order.
end_agent() {
    kill "$agent"
    wait "$agent" || true
    agent=
}

# Start an agent whose source follows the names of `logs` that match a pattern; sets `agent`.
start_agent() {
    cat >"$1/flume.properties" <<CONF
a.sources = s
a.channels = c
a.sinks = k
a.sources.s.type = TAILDIR
a.sources.s.channels = c
a.sources.s.positionFile = $1/positions.json
a.sources.s.filegroups = f
a.sources.s.filegroups.f = $1/logs/${2//\\/\\\\}
a.channels.c.type = memory
a.sinks.k.type = file_roll
a.sinks.k.channel = c
a.sinks.k.sink.directory = $1/out
CONF
    java -cp "$1/jars/*" org.apache.flume.node.Application --conf-file "$1/flume.properties" --name a --no-reload-conf \
        >>"$1/agent.log" 2>&1 &
    agent=$!
}
